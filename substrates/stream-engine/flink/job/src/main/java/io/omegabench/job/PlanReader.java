package io.omegabench.job;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;

/** Reads a plan from JSON; what is missing or unknown is named with its place. */
final class PlanReader {
  private static final int VERSION = 1;

  private PlanReader() {}

  static Plan read(byte[] json) throws IOException {
    JsonNode plan = new ObjectMapper().readTree(json);
    if (plan == null || !plan.isObject()) throw new IllegalArgumentException("the plan is no object");
    if (whole(plan, "version") != VERSION) {
      throw new IllegalArgumentException(
          "the plan has version " + plan.get("version") + ", this jar reads " + VERSION + ": build the jar again");
    }
    Optional<JsonNode> filter = optional(plan, "filter");
    return new Plan(
        declaration(object(plan, "declaration")),
        settings(object(plan, "settings")),
        log(object(plan, "log")),
        stores(object(plan, "stores")),
        (int) whole(plan, "parallelism"),
        (int) whole(plan, "maxParallelism"),
        mode(object(plan, "mode")),
        checkpoints(object(plan, "checkpoints")),
        inJob(object(plan, "source")),
        filter.map((node) -> (int) whole(node, "keepOneIn")).orElse(1),
        optional(plan, "stateUpdates")
            .map((node) -> new Plan.StateUpdates(text(node, "topic"), whole(node, "intervalMs"))));
  }

  private static Plan.Declaration declaration(JsonNode node) {
    return new Plan.Declaration(text(node, "name"), list(node, "stages", PlanReader::stage));
  }

  private static Plan.Stage stage(JsonNode node) {
    String kind = text(node, "kind");
    return switch (kind) {
      case "increment-store" ->
          new Plan.IncrementStage(
              text(node, "store"),
              text(node, "increment").equals("read-modify-write"),
              text(node, "commit").equals("with-write"),
              (int) whole(node, "maxBatchEvents"));
      case "window-state" -> windowStage(node);
      case "batch-job" ->
          new Plan.BatchStage(
              text(node, "store"), text(node, "bucketBy").equals("event-time"), (int) whole(node, "maxLoadKeys"));
      default -> throw unknown("a stage's kind", kind);
    };
  }

  private static Plan.WindowStage windowStage(JsonNode node) {
    JsonNode onClose = object(node, "onClose");
    Plan.OnClose how = Plan.OnClose.valueOf(text(onClose, "kind").toUpperCase(Locale.ROOT));
    return new Plan.WindowStage(
        text(node, "keep").equals("all"),
        truth(node, "queryable"),
        how,
        how == Plan.OnClose.NOTHING ? null : text(onClose, "store"),
        (int) whole(node, "maxFlushKeys"));
  }

  private static Plan.Settings settings(JsonNode node) {
    return new Plan.Settings(
        whole(node, "hourMs"), whole(node, "maxOutOfOrderMs"), whole(node, "allowedLatenessMs"));
  }

  private static Plan.Log log(JsonNode node) {
    return new Plan.Log(
        list(node, "brokers", JsonNode::asText),
        text(node, "topic"),
        (int) whole(node, "partitions"),
        truth(node, "tls"),
        credentials(node));
  }

  private static Map<String, Plan.Store> stores(JsonNode node) {
    Map<String, Plan.Store> stores = new LinkedHashMap<>();
    for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      stores.put(name, store(object(node, name)));
    }
    return stores;
  }

  private static Plan.Store store(JsonNode node) {
    String kind = text(node, "kind");
    return switch (kind) {
      case "redis" ->
          new Plan.Redis(
              text(node, "host"),
              (int) whole(node, "port"),
              (int) whole(node, "database"),
              truth(node, "tls"),
              credentials(node),
              text(node, "prefix"));
      case "cassandra" ->
          new Plan.Cassandra(
              list(node, "contactPoints", JsonNode::asText),
              text(node, "dataCenter"),
              text(node, "keyspace"),
              text(node, "prefix"),
              text(node, "consistency"),
              truth(node, "tls"),
              credentials(node));
      default -> throw unknown("a store's kind", kind);
    };
  }

  private static Plan.Mode mode(JsonNode node) {
    String kind = text(node, "kind");
    return switch (kind) {
      case "stream" -> new Plan.Stream();
      case "batch" ->
          new Plan.Batch(
              (int) whole(node, "stage"),
              whole(node, "hourStartMs"),
              whole(node, "arrivedFromMs"),
              whole(node, "arrivedBeforeMs"),
              list(node, "ranges", PlanReader::range));
      default -> throw unknown("the mode's kind", kind);
    };
  }

  private static Plan.Range range(JsonNode node) {
    return new Plan.Range((int) whole(node, "partition"), whole(node, "fromPosition"), whole(node, "toPosition"));
  }

  private static Plan.Checkpoints checkpoints(JsonNode node) {
    return new Plan.Checkpoints(
        whole(node, "intervalMs"),
        text(node, "alignment").equals("unaligned"),
        text(node, "backend").equals("rocksdb"),
        optional(node, "directory").map(JsonNode::asText));
  }

  private static Optional<Plan.InJob> inJob(JsonNode node) {
    String kind = text(node, "kind");
    return switch (kind) {
      case "kafka" -> Optional.empty();
      case "in-job" -> Optional.of(new Plan.InJob(whole(node, "eventsPerPartition"), whole(node, "tweets")));
      default -> throw unknown("the source's kind", kind);
    };
  }

  private static Plan.Credentials credentials(JsonNode node) {
    return optional(node, "username")
        .map((name) -> new Plan.Credentials(name.asText(), optional(node, "password").map(JsonNode::asText).orElse("")))
        .orElse(null);
  }

  private static JsonNode field(JsonNode node, String name) {
    JsonNode field = node.get(name);
    if (field != null && !field.isNull()) return field;
    throw new IllegalArgumentException("the plan lacks " + name + " in " + names(node));
  }

  private static String names(JsonNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return "{" + String.join(", ", names) + "}";
  }

  private static Optional<JsonNode> optional(JsonNode node, String name) {
    return Optional.ofNullable(node.get(name)).filter((field) -> !field.isNull());
  }

  private static JsonNode object(JsonNode node, String name) {
    JsonNode field = field(node, name);
    if (!field.isObject()) throw unknown(name + ", which is to be an object,", field.toString());
    return field;
  }

  private static String text(JsonNode node, String name) {
    JsonNode field = field(node, name);
    if (!field.isTextual()) throw unknown(name + ", which is to be a text,", field.toString());
    return field.asText();
  }

  private static boolean truth(JsonNode node, String name) {
    JsonNode field = field(node, name);
    if (!field.isBoolean()) throw unknown(name + ", which is to be true or false,", field.toString());
    return field.asBoolean();
  }

  private static long whole(JsonNode node, String name) {
    JsonNode field = field(node, name);
    if (!field.isNumber() || field.asDouble() != Math.rint(field.asDouble())) {
      throw unknown(name + ", which is to be a whole number,", field.toString());
    }
    return field.asLong();
  }

  private static <T> List<T> list(JsonNode node, String name, Function<JsonNode, T> each) {
    JsonNode field = field(node, name);
    if (!field.isArray()) throw unknown(name + ", which is to be a list,", field.toString());
    List<T> items = new ArrayList<>();
    field.forEach((item) -> items.add(each.apply(item)));
    return items;
  }

  private static IllegalArgumentException unknown(String what, String found) {
    return new IllegalArgumentException("the plan says of " + what + ": " + found);
  }
}

package io.omegabench.job;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Plans for tests: one partition unless said otherwise, hours of 1000 ms, bound 100 ms, lateness 200 ms. */
final class Plans {
  static final String ALPHA =
      stage("\"kind\":\"increment-store\",\"store\":\"serving\",\"increment\":\"atomic\",\"commit\":\"after-write\","
          + "\"maxBatchEvents\":2");
  static final String OMEGA = window("open", "upsert");
  static final String OMEGA_PRIME =
      stage("\"kind\":\"window-state\",\"keep\":\"all\",\"queryable\":true,\"onClose\":{\"kind\":\"nothing\"},"
          + "\"maxFlushKeys\":2");
  static final String BATCH =
      stage("\"kind\":\"batch-job\",\"store\":\"serving\",\"bucketBy\":\"event-time\",\"cutOffMs\":0,"
          + "\"maxLoadKeys\":2");

  private Plans() {}

  static String stage(String fields) {
    return "{" + fields + ",\"aggregate\":\"count\",\"window\":\"hour\"}";
  }

  static String window(String keep, String onClose) {
    return stage("\"kind\":\"window-state\",\"keep\":\"" + keep + "\",\"queryable\":true,\"onClose\":{\"kind\":\""
        + onClose + "\",\"store\":\"serving\"},\"maxFlushKeys\":2");
  }

  static Plan of(String stage) {
    return of(stage, 1, "");
  }

  /** `more` are fields of the plan, each with a comma behind it. */
  static Plan of(String stage, int partitions, String more) {
    return Plan.parse(encode(json(stage, partitions, more)));
  }

  static String encode(String json) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  static String json(String stage, int partitions, String more) {
    return "{" + more + "\"version\":1,\"declaration\":{\"name\":\"mine\",\"summary\":\"s\",\"stages\":[" + stage
        + "],\"answer\":{\"from\":\"state\"}},"
        + "\"settings\":{\"hourMs\":1000,\"maxOutOfOrderMs\":100,\"allowedLatenessMs\":200},"
        + "\"log\":{\"brokers\":[\"a:1\",\"b:2\"],\"topic\":\"t\",\"partitions\":" + partitions
        + ",\"framing\":\"block\",\"tls\":false},"
        + "\"stores\":{\"serving\":{\"kind\":\"redis\",\"host\":\"h\",\"port\":1,\"database\":0,\"tls\":false,"
        + "\"prefix\":\"p\"}},"
        + "\"parallelism\":1,\"maxParallelism\":128,\"mode\":{\"kind\":\"stream\"},"
        + "\"checkpoints\":{\"intervalMs\":0,\"alignment\":\"aligned\",\"backend\":\"hashmap\"},"
        + "\"source\":{\"kind\":\"kafka\"}}";
  }
}

package io.omegabench.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class PlanTest {
  @Test
  void isReadFromTheJsonThatTypeScriptHandsOver() {
    String more = "\"filter\":{\"keepOneIn\":3},\"stateUpdates\":{\"topic\":\"u\",\"intervalMs\":50},";
    Plan plan = Plans.of(Plans.OMEGA, 4, more);
    Plan.WindowStage stage = assertInstanceOf(Plan.WindowStage.class, plan.declaration().stages().get(0));
    assertEquals(new Plan.WindowStage(false, true, Plan.OnClose.UPSERT, "serving", 2), stage);
    assertEquals(new Plan.Settings(1000, 100, 200), plan.settings());
    assertEquals(new Plan.Log(List.of("a:1", "b:2"), "t", 4, false, null), plan.log());
    assertEquals(new Plan.Redis("h", 1, 0, false, null, "p"), plan.store("serving"));
    assertEquals(3, plan.keepOneIn());
    assertEquals("u", plan.stateUpdates().orElseThrow().topic());
    assertEquals("omegabench-mine-t", plan.jobName());
  }

  @Test
  void aBatchJobIsNamedByItsHour() {
    String mode =
        "\"kind\":\"batch\",\"stage\":0,\"hourStartMs\":2000,\"arrivedFromMs\":1,\"arrivedBeforeMs\":9,"
            + "\"ranges\":[{\"partition\":0,\"fromPosition\":5,\"toPosition\":8}]";
    String json = Plans.json(Plans.BATCH, 1, "").replace("\"kind\":\"stream\"", mode);
    Plan plan = Plan.parse(Plans.encode(json));
    assertEquals(new Plan.Batch(0, 2000, 1, 9, List.of(new Plan.Range(0, 5, 8))), plan.mode());
    assertEquals("omegabench-mine-t-hour-2000", plan.jobName());
  }

  @Test
  void namesWhatIsMissingOrUnknown() {
    String json = Plans.json(Plans.OMEGA, 1, "");
    assertMessage("the plan lacks hourMs in {hourms, maxOutOfOrderMs", json.replace("hourMs", "hourms"));
    assertMessage("a stage's kind: top-k", Plans.json(Plans.stage("\"kind\":\"top-k\""), 1, ""));
    assertMessage("version 2, this jar reads 1", json.replace("\"version\":1", "\"version\":2"));
    String half = json.replace("\"parallelism\":1", "\"parallelism\":1.5");
    assertMessage("parallelism, which is to be a whole number,: 1.5", half);
    assertMessage("no object", "7");
  }

  private static void assertMessage(String part, String json) {
    var error = assertThrows(IllegalArgumentException.class, () -> Plan.parse(Plans.encode(json)));
    assertTrue(error.getMessage().contains(part), error.getMessage());
  }

  @Test
  void withoutAStoreOfThatNameIsRefused() {
    var error = assertThrows(IllegalArgumentException.class, () -> Plans.of(Plans.OMEGA).store("speed"));
    assertEquals("the plan binds no speed store", error.getMessage());
  }
}

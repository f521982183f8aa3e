package io.omegabench.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Expected values were computed by `key-space.ts`, `int64-text.ts` and `layout.ts` of the stores. */
class StoreLayoutTest {
  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Test
  void redisKeysAreThoseOfTheTypeScriptStore() {
    RedisKeys keys = new RedisKeys("run7");
    assertEquals("run7:hloyw3v28:1hj", text(keys.counter(1_700_000_000_000L, Fixture.TWEETS[0])));
    assertEquals("run7:h0:si", text(keys.counter(0, Fixture.TWEETS[1])));
    assertEquals("run7:h255s0:wj", text(keys.counter(3_600_000, Fixture.TWEETS[2])));
    assertEquals("run7:hloyw3v28:1hj", text(keys.counter(1_700_000_000_000L, Fixture.TWEETS[0])));
    assertEquals("run7:control", text(keys.control));
    assertEquals("h1700000000000", text(RedisKeys.hourField(1_700_000_000_000L)));
  }

  @Test
  void redisFieldsAndValuesAreSignedDecimals() {
    assertEquals("-4294967285", text(RedisKeys.number(Fixture.TWEETS[2])));
    assertEquals("-12884901883", text(RedisKeys.number((-3L << 32) + 5)));
    assertEquals("12884901887", text(RedisKeys.number((2L << 32) + 4_294_967_295L)));
  }

  @Test
  void cassandraShardsAreThoseOfTheTypeScriptStore() {
    assertEquals(0, CassandraRows.shardOf(Fixture.TWEETS[0]));
    assertEquals(12, CassandraRows.shardOf(Fixture.TWEETS[1]));
    assertEquals(6, CassandraRows.shardOf(Fixture.TWEETS[2]));
  }
}

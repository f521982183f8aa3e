package io.omegabench.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Expected values were computed by `generators/random.ts` and `generators/impression.ts`. */
class ImpressionsTest {
  @Test
  void mixesAsTheGeneratorDoes() {
    assertEquals(1364076727, Impressions.mix32(1));
    assertEquals(-1820376754, Impressions.mix32(-5));
    assertEquals(0, Impressions.mix32(0));
  }

  @Test
  void fingerprintsAnIdentityOnBothSidesOfTheSequenceWord() {
    long[] sequences = {4294967294L, 4294967295L, 4294967296L};
    int[] found = new int[3];
    for (int i = 0; i < 3; i++) {
      found[i] = Impressions.fingerprintOf(Impressions.fingerprintKey(3, sequences[i]), sequences[i]);
    }
    assertArrayEquals(new int[] {-14832, 10344, -5603}, found);
  }

  @Test
  void packsCountAndFingerprintSoThatSumsOfBothAreOneSum() {
    long sum = Impressions.incrementOf(-3) + Impressions.incrementOf(1) + Impressions.incrementOf(-1);
    assertEquals(3, Impressions.countOf(sum));
    assertEquals(-3, Impressions.fingerprintOf(sum));
    assertEquals(4_294_967_295L, Impressions.countOf(0x2_ffff_ffffL));
  }

  @Test
  void hoursAreAlignedToTheEpochAlsoBeforeIt() {
    assertEquals(2000, Impressions.hourStartOf(2999, 1000));
    assertEquals(3000, Impressions.hourStartOf(3000, 1000));
    assertEquals(-1000, Impressions.hourStartOf(-1, 1000));
  }
}

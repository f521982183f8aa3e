package io.omegabench.job;

import org.apache.flink.api.common.accumulators.Accumulator;
import org.apache.flink.api.common.accumulators.SimpleAccumulator;

/** A text that a task leaves behind. Each task has one of its own name, so that there is nothing to merge. */
final class TextAccumulator implements SimpleAccumulator<String> {
  private String text;

  TextAccumulator(String text) {
    this.text = text;
  }

  @Override
  public void add(String value) {
    text = value;
  }

  @Override
  public String getLocalValue() {
    return text;
  }

  @Override
  public void resetLocal() {
    text = "";
  }

  @Override
  public void merge(Accumulator<String, String> other) {
    text = other.getLocalValue();
  }

  @Override
  public TextAccumulator clone() {
    return new TextAccumulator(text);
  }

  @Override
  public String toString() {
    return text;
  }
}

package io.omegabench.job;

import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.SaslConfigs;

/** How Kafka's clients get to the brokers of a log. */
final class KafkaClients {
  private KafkaClients() {}

  static Properties properties(Plan.Log log) {
    Properties properties = new Properties();
    Plan.Credentials credentials = log.credentials();
    String protocol = (credentials == null ? "" : "SASL_") + (log.tls() ? "SSL" : "PLAINTEXT");
    properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, String.join(",", log.brokers()));
    properties.put(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, protocol);
    if (credentials == null) return properties;
    properties.put(SaslConfigs.SASL_MECHANISM, "PLAIN");
    properties.put(
        SaslConfigs.SASL_JAAS_CONFIG,
        "org.apache.kafka.common.security.plain.PlainLoginModule required username="
            + quoted(credentials.username()) + " password=" + quoted(credentials.password()) + ";");
    return properties;
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}

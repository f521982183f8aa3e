package io.omegabench.job;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.CqlSessionBuilder;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import java.net.InetSocketAddress;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Locale;
import javax.net.ssl.SSLContext;

/** Opens sessions of the Cassandra driver. */
final class CassandraSessions {
  private static final int DEFAULT_PORT = 9042;
  /** Longer than the server's own time-outs: its answer says more than silence. */
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(6);

  private CassandraSessions() {}

  static CqlSession open(Plan.Cassandra settings) {
    ClassLoader loader = CassandraSessions.class.getClassLoader();
    DriverConfigLoader config =
        DriverConfigLoader.programmaticBuilder(loader)
            .withString(
                DefaultDriverOption.REQUEST_CONSISTENCY,
                settings.consistency().toUpperCase(Locale.ROOT).replace('-', '_'))
            .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, REQUEST_TIMEOUT)
            .withDuration(DefaultDriverOption.CONTROL_CONNECTION_TIMEOUT, REQUEST_TIMEOUT)
            .withDuration(DefaultDriverOption.CONNECTION_INIT_QUERY_TIMEOUT, REQUEST_TIMEOUT)
            .withInt(DefaultDriverOption.NETTY_IO_SIZE, 1)
            .withInt(DefaultDriverOption.NETTY_ADMIN_SIZE, 1)
            .build();
    CqlSessionBuilder builder =
        CqlSession.builder()
            .withClassLoader(loader)
            .withConfigLoader(config)
            .withLocalDatacenter(settings.dataCenter());
    settings.contactPoints().forEach((point) -> builder.addContactPoint(address(point)));
    if (settings.tls()) builder.withSslContext(defaultTls());
    Plan.Credentials credentials = settings.credentials();
    if (credentials != null) builder.withAuthCredentials(credentials.username(), credentials.password());
    return builder.build();
  }

  private static InetSocketAddress address(String point) {
    int colon = point.lastIndexOf(':');
    if (colon < 0 || !point.substring(colon + 1).matches("\\d+")) return new InetSocketAddress(point, DEFAULT_PORT);
    return new InetSocketAddress(point.substring(0, colon), Integer.parseInt(point.substring(colon + 1)));
  }

  private static SSLContext defaultTls() {
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException error) {
      throw new IllegalStateException("this Java has no TLS", error);
    }
  }
}

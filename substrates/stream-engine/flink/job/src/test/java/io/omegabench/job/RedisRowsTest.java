package io.omegabench.job;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class RedisRowsTest {
  /** More than the buffers of a connection hold. */
  private static final int ROWS = 200_000;

  /** Answers a client until it writes its rows, and resets the connection in the middle of them. */
  private static void answerAndReset(ServerSocket server) {
    try (Socket socket = server.accept()) {
      byte[] bytes = new byte[8192];
      // What comes after the hour is known to be listed are the rows.
      for (String said = ""; !said.contains("HSETNX"); ) {
        said = new String(bytes, 0, socket.getInputStream().read(bytes), StandardCharsets.UTF_8);
        int commands = (int) said.lines().filter((line) -> line.startsWith("*")).count();
        String reply = said.contains("HSETNX") ? ":0\r\n" : "+OK\r\n";
        socket.getOutputStream().write(reply.repeat(commands).getBytes(StandardCharsets.UTF_8));
      }
      socket.getInputStream().read(bytes);
      socket.setSoLinger(true, 0);
    } catch (IOException error) {
      throw new IllegalStateException(error);
    }
  }

  @Test
  void aConnectionThatBrokeInTheMiddleOfAWriteFailsTheWriteAndNotItsEnd() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread peer = new Thread(() -> answerAndReset(server));
      peer.setDaemon(true);
      peer.start();
      RedisRows store = new RedisRows(
          new Plan.Redis(server.getInetAddress().getHostAddress(), server.getLocalPort(), 0, false, null, "p"));
      Rows rows = new Rows(ROWS);
      for (int row = 0; row < ROWS; row++) rows.add(row, 0, 1, 1000);
      assertThrows(IOException.class, () -> store.upsert(rows));
      assertDoesNotThrow(store::close);
    }
  }
}

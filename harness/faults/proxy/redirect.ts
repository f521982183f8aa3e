/**
 * Bindings whose servers are found through their links. A client that was only told the link's address could learn the
 * server's own one from it (the brokers of Kafka, the nodes of a cluster), and then pass the link by: so the binding
 * carries `via` too, which the adapter applies to every connection that it makes.
 */
import type { EventLogBinding } from '../../../substrates/event-log/event-log.ts';
import type { KeyValueStoreBinding } from '../../../substrates/key-value-store/key-value-store.ts';
import { nodesOf } from './servers.ts';

type Binding = EventLogBinding | KeyValueStoreBinding;

/**
 * A binding for workers; the harness's own traffic, and the generator's, takes the straight way. `addressOf` tells
 * where the link to a server listens. Embedded substrates stay as they are.
 */
export function throughLinks<B extends Binding>(binding: B, addressOf: (server: string) => string): B {
  const servers = nodesOf(binding);
  if (servers.length === 0) return binding;
  const via = Object.fromEntries(servers.map((server) => [server, addressOf(server)]));
  return { ...binding, via };
}

/** A process that opens a proxy for the server of argv[2] and says where it is. */
import { ProxyProcess } from '../../../../harness/faults/proxy/proxy-process.ts';

const [, , server = ''] = process.argv;
const proxy = await ProxyProcess.open({ servers: [server], seed: 1 });
process.send?.({ pid: proxy.pid, address: proxy.addressOf(server) });

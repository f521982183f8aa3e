/**
 * A process that appends numbered blocks to partition 0 of the file log in argv[2] until it is killed; says so after
 * the first.
 */
import { openFileLog } from '../../substrates/event-log/open-log.ts';
import { numberedBlock } from './impressions.ts';

const log = await openFileLog({ kind: 'files', directory: process.argv[2] as string, partitions: 1 });
const writer = await log.openWriter(0);
for (let blocks = 0; ; blocks++) {
  const sequence = writer.offset;
  await writer.append(numberedBlock(0, sequence, 1 + ((sequence * 7919) % 4096)), sequence);
  if (blocks === 0) process.send?.('appending');
}

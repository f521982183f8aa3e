/**
 * The generator process: waits for its specification, says `ready`, waits for `go`, runs, reports. It ends with its
 * parent: a generator that nobody watches would fill the disk.
 */
import { openStream } from '../../generators/open-stream.ts';
import { MonotonicClock } from '../../substrates/clock.ts';
import { openLog } from '../../substrates/event-log/open-log.ts';
import { Generator } from './generator.ts';
import type { FromGenerator, GeneratorSpecification, ToGenerator } from './generator-messages.ts';

const PROGRESS_INTERVAL_MS = 100;

const stop = new AbortController();
let opening: Promise<Generator> | undefined;
let running = false;

process.on('message', (message: ToGenerator) => {
  if (message.kind === 'specification') opening ??= open(message.specification);
  else if (message.kind === 'stop') stop.abort();
  if (message.kind !== 'specification' && opening !== undefined && !running) {
    running = true;
    opening.then(run).catch(fail);
  }
});
process.on('disconnect', () => process.exit(1));
// Ctrl-C reaches the whole process group: the parent decides, and tells this process to stop.
process.on('SIGINT', () => {});

function open(specification: GeneratorSpecification): Promise<Generator> {
  const opened = openGenerator(specification);
  opened.then(() => send({ kind: 'ready' }), fail);
  return opened;
}

async function openGenerator(specification: GeneratorSpecification): Promise<Generator> {
  const source = await openStream(specification.stream);
  const log = await openLog(specification.log);
  const clock = new MonotonicClock(specification.epochOffsetMs);
  return Generator.open({ source, log, clock, repeated: specification.repeated ?? [] });
}

async function run(generator: Generator): Promise<void> {
  const before = process.cpuUsage();
  const progress = setInterval(() => send({ kind: 'progress', progress: generator.progress() }), PROGRESS_INTERVAL_MS);
  try {
    const report = await generator.run(stop.signal);
    const { user, system } = process.cpuUsage(before);
    send({ kind: 'done', report: { ...report, cpuSeconds: (user + system) / 1e6 } }, () => process.exit(0));
  } finally {
    clearInterval(progress);
  }
}

function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  send({ kind: 'failed', message }, () => process.exit(1));
}

function send(message: FromGenerator, sent: () => void = () => {}): void {
  // The parent may be gone; 'disconnect' ends this process then.
  process.send?.(message, sent);
}

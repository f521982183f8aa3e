/**
 * What a reader is told while an architecture runs without a fault: canaries are probed through the query path, as in a
 * run's steady act, and some tweets. Every answer must be a prefix of its canary or tweet, none may go back, all
 * canaries must be there at the end, and the answers of an architecture that answers at once must be young.
 */
import { answersByHour } from '../../run/promises.ts';
import { judgedRun, type Scene } from './judged-run.ts';
import type { Judge } from './runs.ts';
import { type Subject, subject } from './subjects.ts';
import { explanationOf, MEAN_PERIOD_MS, watcherOf } from './watcher.ts';

/**
 * Time that a reply of a store takes in every second run: longer than a window stays in state after its end, so that it
 * may be handed over and forgotten between two reads.
 */
const SLOW_STORE_MS = 100;
/** Blocks and batches; far below an hour. Not asked of runs with a slow store. */
const AT_ONCE_MS = 50;

export function live(name: Subject): Judge {
  const declaration = subject(name);
  return async () => {
    const findings: string[] = [];
    for (const seed of [1, 2, 3, 4]) {
      const run = `${name}, seed ${seed}`;
      const meanwhile = async (scene: Scene): Promise<void> => {
        const isSlow = seed % 2 === 0;
        if (isSlow) slowDownStores(scene);
        const said = await watch(scene, isSlow);
        findings.push(...said.map((finding) => `${run}: ${finding}`));
      };
      const { verdict, reason } = await judgedRun({ name: run, declaration, seed, meanwhile });
      if (verdict !== 'EXACT' && verdict !== 'EXPECTED-ERROR') findings.push(`${run}: ${verdict}, ${reason}`);
    }
    return findings;
  };
}

async function watch(scene: Scene, isSlow: boolean): Promise<string[]> {
  const { source, runtime, query, declaration, job } = scene;
  const { prober, tracker, reader, sampler } = watcherOf(scene);
  prober.start();
  await job.drained();
  await runtime.sleep(2 * MEAN_PERIOD_MS);
  await prober.stop();
  const findings: string[] = [];
  const probes = prober.log.figures(source.startMs, Number.POSITIVE_INFINITY);
  const ages = tracker.figures(source.startMs + source.hourMs, source.endMs);
  if (probes === undefined || ages === undefined) return ['no probe was answered'];
  if (probes.wrong > 0) findings.push('answers are no prefix of their canary');
  if (probes.unanswered > 0) findings.push(`${probes.unanswered} of ${probes.probes} probes were not answered`);
  if (ages.regressions > 0) findings.push('answers go back');
  if (!isSlow && !answersByHour(declaration) && ages.p50Ms > AT_ONCE_MS) findings.push('the answers are not of now');
  const { explanation, reasons } = await explanationOf(scene, sampler);
  if ((explanation?.explained ?? 0) === 0) findings.push('no answer is explained');
  findings.push(...reasons);
  const question = reader.question(runtime.clock.nowMs());
  const readings = reader.interpret(question, await query.read(question.keys));
  const ends = source.canaries.map(({ partition, length, sequenceOf }) =>
    source.scheduledArrivalMs(partition, sequenceOf(length - 1)),
  );
  if (!readings.every((reading, i) => reading.kind === 'reached' && reading.reachMs === ends[i]))
    findings.push('the last answers do not hold all canaries');
  return findings;
}

/** Readers' handles only: the pipeline's own are others. */
function slowDownStores({ stores, world }: Scene): void {
  for (const [name, store] of Object.entries(stores)) {
    const slow = new Proxy(store, {
      get: (target, property) => {
        const value = Reflect.get(target, property, target) as unknown;
        if (property !== 'multiGet' || typeof value !== 'function') return value;
        return async (...args: unknown[]) => {
          const result = await (value.apply(target, args) as Promise<unknown>);
          await world.delay(SLOW_STORE_MS);
          return result;
        };
      },
    });
    Object.assign(stores, { [name]: slow });
  }
}

/** What a Flink cluster may do to a measurement. */
import type { FlinkFacts } from '../../substrates/stream-engine/flink/probe.ts';
import { type Finding, finding, judgeRoundTrip } from './findings.ts';

/** What the job is built for, and whose queryable state is spoken. */
const VERSION = '2.3';
/** Progress is read from metrics: what is older than this is no progress. */
const SLOW_METRICS_MS = 1000;
/** Answers about a job are older than a report of ours otherwise. */
const SLOW_REFRESH_MS = 1000;
/** Metrics stand still for so long when a task manager is killed while it is asked for them. */
const SLOW_WEB_TIMEOUT_MS = 10_000;
/** A recovery waits for as long before it begins. */
const SLOW_HEARTBEAT_MS = 10_000;

export function judgeFlink(facts: FlinkFacts): Finding[] {
  return [
    judgeVersion(facts),
    judgeSlots(facts),
    judgeStandby(facts),
    judgeJobs(facts),
    judgeSubmission(facts),
    judgeCheckpoints(facts),
    judgeSavepoints(facts),
    judgeQueryableState(facts),
    judgeMetrics(facts),
    judgeRefresh(facts),
    judgeWebTimeout(facts),
    judgeHeartbeat(facts),
    judgeRoundTrip(facts.roundTripMs),
  ];
}

function judgeVersion({ version }: FlinkFacts): Finding {
  const major = Number.parseInt(version, 10);
  const remedy = `Use Flink ${VERSION}: omegabench's job is built for it and tested on it.`;
  return finding(
    { check: 'version', found: version, why: 'the job and the protocol of queryable state are of one version' },
    { level: 'problem', when: !(major >= 2), remedy },
    { level: 'warning', when: !version.startsWith(`${VERSION}.`), remedy },
  );
}

function judgeSlots({ slots, freeSlots }: FlinkFacts): Finding {
  return finding(
    {
      check: 'slots',
      found: `${freeSlots} of ${slots} free`,
      why: 'each parallel part of a job takes one, and a job that lacks one waits until it fails',
    },
    {
      level: 'problem',
      when: freeSlots < 1,
      remedy: 'Start a task manager, raise taskmanager.numberOfTaskSlots, or cancel what runs there.',
    },
  );
}

function judgeStandby({ taskManagers }: FlinkFacts): Finding {
  const count = taskManagers.length;
  return finding(
    {
      check: 'task managers',
      found: count === 0 ? 'none' : `${count}`,
      why: 'after the death of one its work goes on in another; without one, once a new process has started',
    },
    {
      level: 'warning',
      when: count < 2,
      remedy: 'Start a second one, so that recovery is not the start of a JVM.',
    },
  );
}

function judgeJobs({ runningJobs }: FlinkFacts): Finding {
  return finding(
    { check: 'jobs', found: `${runningJobs} running`, why: 'jobs share cores, memory and the disk of checkpoints' },
    { level: 'warning', when: runningJobs > 0, remedy: 'Cancel them, or wait for their end.' },
  );
}

function judgeSubmission({ takesJars }: FlinkFacts): Finding {
  return finding(
    {
      check: 'submission',
      found: takesJars ? 'REST takes jars' : 'REST takes no jars',
      why: 'the job is handed over by REST, whatever architecture it runs',
    },
    { level: 'problem', when: !takesJars, remedy: 'Set web.submit.enable: true.' },
  );
}

function judgeCheckpoints({ checkpointDirectory, taskManagers }: FlinkFacts): Finding {
  const machines = new Set(taskManagers).size;
  const isLocal = checkpointDirectory !== undefined && /^(?:file:|\/)/.test(checkpointDirectory);
  return finding(
    {
      check: 'checkpoint storage',
      found: checkpointDirectory ?? 'not set: the memory of the job manager, 5 MB of state at most',
      why: 'state of a run is larger, and a checkpoint in memory is gone with the job manager',
    },
    {
      level: 'problem',
      when: checkpointDirectory === undefined,
      remedy: 'Set execution.checkpointing.dir to a folder that all of its machines share.',
    },
    {
      level: 'warning',
      when: isLocal && machines > 1,
      remedy: `See that it is one folder for all ${machines} machines: a file system that they share, or object storage.`,
    },
  );
}

function judgeSavepoints({ savepointDirectory }: FlinkFacts): Finding {
  return finding(
    {
      check: 'savepoints',
      found: savepointDirectory ?? 'no folder is set',
      why: 'an upgrade stops the job with a savepoint, and rolls back to it',
    },
    {
      level: 'warning',
      when: savepointDirectory === undefined,
      remedy: 'Set execution.checkpointing.savepoint-dir to a folder that all of its machines share.',
    },
  );
}

function judgeQueryableState({ queryableState }: FlinkFacts): Finding {
  return finding(
    {
      check: 'queryable state',
      found: queryableState ? 'on' : 'off',
      why: 'counts that are in flight are read out of the state of the job',
    },
    {
      level: 'problem',
      when: !queryableState,
      remedy:
        'Set queryable-state.enable: true, and put flink-queryable-state-runtime of the same version into lib/ ' +
        '(the distribution has it in opt/).',
    },
  );
}

function judgeMetrics({ metricsIntervalMs }: FlinkFacts): Finding {
  const remedy = 'Set metrics.fetcher.update-interval: 250.';
  return finding(
    {
      check: 'metrics',
      found: metricsIntervalMs === 0 ? 'off' : `fetched every ${metricsIntervalMs} ms`,
      why: 'progress and the end of a run are read from them, and are seen as late as that',
    },
    // 0 turns them off.
    { level: 'problem', when: metricsIntervalMs === 0, remedy },
    { level: 'warning', when: metricsIntervalMs > SLOW_METRICS_MS, remedy },
  );
}

function judgeRefresh({ refreshIntervalMs }: FlinkFacts): Finding {
  return finding(
    {
      check: 'REST answers',
      found: `up to ${refreshIntervalMs} ms old`,
      why: 'a failure is seen, and the end of its recovery, as late as that',
    },
    { level: 'warning', when: refreshIntervalMs > SLOW_REFRESH_MS, remedy: 'Set web.refresh-interval: 100.' },
  );
}

function judgeWebTimeout({ webTimeoutMs }: FlinkFacts): Finding {
  return finding(
    {
      check: 'REST time-out',
      found: `${webTimeoutMs} ms`,
      why: 'while a task manager that was killed is asked for metrics, there are none of any',
    },
    { level: 'warning', when: webTimeoutMs > SLOW_WEB_TIMEOUT_MS, remedy: 'Set web.timeout: 5000.' },
  );
}

function judgeHeartbeat({ heartbeatTimeoutMs }: FlinkFacts): Finding {
  return finding(
    {
      check: 'heartbeat',
      found: `times out after ${heartbeatTimeoutMs} ms`,
      why: 'the time to recover from a task manager that hangs contains it',
    },
    {
      level: 'warning',
      when: heartbeatTimeoutMs > SLOW_HEARTBEAT_MS,
      remedy: 'Set heartbeat.timeout: 4000 and heartbeat.interval: 500, if recovery is what you measure.',
    },
  );
}

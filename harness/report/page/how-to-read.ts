/** What each chart and table means, for a reader who sees the report for the first time. */

export const chartNotes = {
  perEvent:
    'how often one impression makes the store work. Shorter is better; each gridline is ten times the one before. ' +
    'Probes of this harness are not in it.',
  perSecond:
    'the same load over time, with the busiest second in brackets: bulk loads come in bursts. ' +
    'One that falls behind loads the store with what it can, not with what was offered.',
  freshness:
    'how old the answer to a query is at each moment. Lower is fresher. A saw comes from a window or a job: answers ' +
    'age until the next result is published. A line that climbs without end belongs to a pipeline that ' +
    'cannot hold the rate.',
  percentiles:
    'how old an answer is half of the time (strong colour), and what it stays below for 99 % of the time (faint).',
  lag:
    'events that were due but are not in the answers yet. Flat is good, at whatever height; ' +
    'a slope is the rate that is missing.',
  errors:
    'impressions that ended up counted wrongly. The outlined bar is what was predicted from the worker’s ledger or ' +
    'the recorded arrival times before the audit looked; equal bars mean that the error is understood to the event.',
  failures:
    'one small chart for each architecture, all on the same axes. Red bands run from a kill until the worker has ' +
    'caught up; the grey band is the control phase without faults.',
  unexplained:
    'a few tweets and all canaries are asked for while the faults strike. An answer is explained if it equals the ' +
    'first so many of the tweet’s impressions of that hour, in the order of the log, whatever its age. Any other is ' +
    'doubled, lost or torn when it is given; a line that stays up is an error that lasts.',
  throughput:
    'longer is better, and each gridline is ten times the one before. The faint bar divides by the CPU time of all ' +
    'processes, so more cores do not flatter it. Rows below an architecture are the same with other options.',
};

export const tableNotes = {
  audit:
    'Double counted and lost are sums over every key, never only the net. Misplaced: the tweet’s total is right, ' +
    'the hour is not. Compensated: the count is right, the events in it are not.',
  recovery:
    'Each time counts from the moment of the kill. Worst second answered: the share of canaries that were answered ' +
    'in the worst second from the kill until the worker had caught up.',
  serving:
    'Before: in the control phase, without a fault, at the same rate. A regression is a count that went back between ' +
    'two answers. Wrong answers are of canaries, summed over the hours; explained or not are single counts of ' +
    'canaries and of a few tweets.',
  ratios: 'The fastest over each of the others, in this run; and how old the other’s answers were against its own.',
  capacity: 'What the rates were computed from.',
  serverSettings: 'As log and store have told when they were opened.',
  serverCommands:
    'What our clients sent, and what the server’s own counters grew by. A difference on a server that omegabench ' +
    'started makes the act invalid.',
  serverCpu: 'User and system time of the server processes that omegabench started; of others it is not known.',
  storeMemory:
    'Bytes of the server for each (tweet, hour) when the act had ended, keys and overhead included, by the server’s own ' +
    'figures for a sample. Hours with few tweets have small hashes, whose keys weigh more.',
  serverCeilings:
    'One server and one client, before the acts, with nothing else going on: walls of client or server. CPU time is ' +
    'that of one unit, where the server tells its own.',
};

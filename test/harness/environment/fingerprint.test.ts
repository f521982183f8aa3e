/** The machine's fingerprint from made-up facts, and the commit from made-up files of git. */
import { describe, expect, test } from '@jest/globals';
import { fingerprint, type HostFacts } from '../../../harness/environment/fingerprint.ts';
import { readGitCommit } from '../../../harness/environment/git-commit.ts';
import { hostFacts } from '../../../harness/environment/host-facts.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const OTHER = 'fedcba9876543210fedcba9876543210fedcba98';

const reading = (files: Record<string, string>) => (path: string) => files[path];

function facts(changes: Partial<HostFacts> = {}, files: Record<string, string> = {}): HostFacts {
  return {
    platform: 'linux',
    kernel: '6.1.0',
    architecture: 'x64',
    cpuModels: ['  Example CPU @ 3 GHz ', 'Example CPU @ 3 GHz'],
    memoryBytes: 24 * 1024 ** 3,
    loadAverages: [0.1, 0.2, 0.3],
    nodeVersion: 'v20.20.2',
    environment: {},
    packageRoot: '/repo',
    readText: reading({ '/repo/package.json': '{"version":"0.1.0"}', ...files }),
    ...changes,
  };
}

describe('the fingerprint', () => {
  test('says what the machine is', () => {
    const files = { '/etc/os-release': 'ID=debian\nPRETTY_NAME="Debian 12"\n', '/repo/.git/HEAD': COMMIT };
    expect(fingerprint(facts({}, files))).toEqual({
      os: 'Debian 12, 6.1.0, x64',
      kernel: '6.1.0',
      architecture: 'x64',
      cpuModel: 'Example CPU @ 3 GHz',
      cores: 2,
      memoryBytes: 24 * 1024 ** 3,
      nodeVersion: 'v20.20.2',
      packageVersion: '0.1.0',
      commit: COMMIT,
      container: [],
      loadAverage: 0.1,
      warnings: [],
    });
  });

  test('says unknown where nothing is known', () => {
    const { cpuModel, commit, packageVersion } = fingerprint(facts({ cpuModels: [''], readText: () => undefined }));
    expect({ cpuModel, commit, packageVersion }).toEqual({
      cpuModel: 'unknown',
      commit: 'unknown',
      packageVersion: 'unknown',
    });
  });

  test('sees containers, build machines and the limit on CPUs', () => {
    const files = {
      '/.dockerenv': '',
      '/proc/1/cgroup': '0::/kubepods/x',
      '/sys/fs/cgroup/cpu.max': '150000 100000\n',
    };
    const found = fingerprint(facts({ environment: { CI: 'true' } }, files));
    expect(found.container).toEqual(['docker', 'kubernetes', 'ci']);
    expect(found.cpuLimit).toBe(1.5);
    expect(fingerprint(facts({}, { '/sys/fs/cgroup/cpu.max': 'max 100000\n' })).cpuLimit).toBeUndefined();
  });

  test('warns of a machine that is busy, by its cores, and of one with a single core', () => {
    expect(fingerprint(facts({ loadAverages: [0.6, 0, 0] })).warnings).toEqual([
      {
        code: 'noisy-machine',
        message: 'load average 0.6 on 2 cores before the run: something else was running, and rates may be too low',
      },
    ]);
    const eightCores = Array.from({ length: 8 }, () => 'cpu');
    expect(fingerprint(facts({ cpuModels: eightCores, loadAverages: [0.6, 0, 0] })).warnings).toEqual([]);
    expect(fingerprint(facts({ cpuModels: ['cpu'] })).warnings.map((warning) => warning.code)).toEqual(['few-cores']);
  });

  test('of this machine has all its parts', () => {
    const found = fingerprint(hostFacts());
    expect(found.cores).toBeGreaterThan(0);
    expect(found.memoryBytes).toBeGreaterThan(0);
    expect(found.nodeVersion).toBe(process.version);
    expect(found.packageVersion).toMatch(/^\d+\.\d+\.\d+/);
  });
});

describe('the commit', () => {
  test('is read from a detached head, a loose branch or a packed one', () => {
    expect(readGitCommit('/repo', reading({ '/repo/.git/HEAD': `${COMMIT}\n` }))).toBe(COMMIT);
    const head = { '/repo/.git/HEAD': 'ref: refs/heads/main\n' };
    expect(readGitCommit('/repo', reading({ ...head, '/repo/.git/refs/heads/main': `${COMMIT}\n` }))).toBe(COMMIT);
    const packed = `# pack-refs with: peeled\n${OTHER} refs/heads/main-2\n${COMMIT} refs/heads/main\n^${OTHER}\n`;
    expect(readGitCommit('/repo', reading({ ...head, '/repo/.git/packed-refs': packed }))).toBe(COMMIT);
  });

  test('is read in a worktree, whose branches lie in another working copy', () => {
    const files = {
      '/tree/.git': 'gitdir: /repo/.git/worktrees/tree\n',
      '/repo/.git/worktrees/tree/HEAD': 'ref: refs/heads/topic\n',
      '/repo/.git/worktrees/tree/commondir': '../..\n',
      '/repo/.git/refs/heads/topic': COMMIT,
    };
    expect(readGitCommit('/tree', reading(files))).toBe(COMMIT);
  });

  test('is unknown without git, before the first commit, and for nonsense', () => {
    expect(readGitCommit('/repo', reading({}))).toBeUndefined();
    expect(readGitCommit('/repo', reading({ '/repo/.git/HEAD': 'ref: refs/heads/main' }))).toBeUndefined();
    expect(readGitCommit('/repo', reading({ '/repo/.git/HEAD': 'garbage' }))).toBeUndefined();
  });
});

/** What the operating system's own files say, with texts made by hand, and this machine as a whole. */
import { expect, test } from '@jest/globals';
import { availableMemoryBytes, cpuGovernors, machineFacts } from '../../../harness/doctor/machine-facts.ts';

const files = (texts: Record<string, string>) => (path: string) => texts[path];

test('available memory is what Linux would give without swapping', () => {
  const text = 'MemTotal:       24000000 kB\nMemFree:          100000 kB\nMemAvailable:   20000000 kB\n';
  expect(availableMemoryBytes(files({ '/proc/meminfo': text }))).toBe(20_480_000_000);
  expect(availableMemoryBytes(files({}))).toBeUndefined();
});

test('governors are named once each', () => {
  const of = (core: number) => `/sys/devices/system/cpu/cpu${core}/cpufreq/scaling_governor`;
  const texts = { [of(0)]: 'powersave\n', [of(1)]: 'performance\n', [of(2)]: 'powersave\n', [of(3)]: 'userspace\n' };
  expect(cpuGovernors(3, files(texts))).toEqual(['powersave', 'performance']);
  expect(cpuGovernors(2, files({}))).toEqual([]);
});

test('a container has as many cores as its limit allows', () => {
  const limited = machineFacts(5, files({ '/sys/fs/cgroup/cpu.max': '50000 100000\n' }));
  expect(limited).toMatchObject({ usableCores: 0.5, freeDiskBytes: 5, nodeVersion: process.version });
  const free = machineFacts(5, files({}));
  expect(free.usableCores).toBeGreaterThanOrEqual(1);
  expect(free.freeMemoryBytes).toBeGreaterThan(0);
  expect(free.memoryBytes).toBeGreaterThan(free.freeMemoryBytes);
});

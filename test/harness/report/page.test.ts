/** The page: one file, no request, safe against what stands in a result, and a script that draws every chart. */
import { Script } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import type { ChartSpec } from '../../../harness/report/charts/spec.ts';
import { reportPage } from '../../../harness/report/page/page.ts';
import { pageScript } from '../../../harness/report/page/scripts.ts';
import { resultFixture, withArchitecture } from '../../support/result-fixture.ts';

describe('the report’s page', () => {
  test('asks the network for nothing', async () => {
    const page = await reportPage(resultFixture());
    expect(page).toContain("default-src 'none'");
    expect(page.match(/<script[^>]*\ssrc=/g)).toBeNull();
    expect(withoutScripts(page)).not.toMatch(/<(?:img|iframe)|<link[^>]*href="(?!data:)|@import|url\(/i);
  });

  test('starts with the talk’s table, before any chart', async () => {
    const page = await reportPage(resultFixture());
    expect(page.indexOf('<table')).toBeGreaterThan(0);
    expect(page.indexOf('<table')).toBeLessThan(page.indexOf('<canvas'));
    const text = withoutScripts(page).replaceAll('\u00a0', ' ');
    for (const figure of ['13.7 M/s', '1 per event', '0.0278 per event', 'counted 1,412 twice']) {
      expect(text).toContain(figure);
    }
  });

  test('tells how to read each chart', async () => {
    const page = await reportPage(resultFixture());
    const explained = page.match(/How to read this:/g)?.length;
    const small = page.match(/<canvas id="failure-/g)?.length ?? 0;
    // The small charts share one explanation.
    expect(explained).toBe((page.match(/<canvas/g)?.length ?? 0) - small + 1);
  });

  test('escapes whatever a result says', async () => {
    const hostile = '</script><script>alert(1)</script><b onclick="x">';
    const page = await reportPage(resultFixture({ runId: hostile, warnings: [{ code: 'x', message: hostile }] }));
    expect(page).not.toContain('<script>alert(1)');
    expect(page).not.toContain('<b onclick');
    expect(page.match(/<\/script>/g)).toHaveLength(3);
  });

  test('shows warnings beside the act that they touch', async () => {
    const page = await reportPage(resultFixture());
    const at = page.indexOf('Fell behind the offered rate by 790 K');
    expect(at).toBeGreaterThan(page.indexOf('Load on the store'));
    expect(at).toBeLessThan(page.indexOf('When workers are killed'));
  });

  test('is written for an interrupted run with acts that never began', async () => {
    const skipped = { state: 'skipped' as const, reason: 'the run was interrupted' };
    const partial = withArchitecture('alpha', (alpha) => ({
      ...alpha,
      steady: skipped,
      failure: { state: 'interrupted' },
    }));
    const page = await reportPage({ ...partial, status: 'interrupted', claims: [] });
    expect(page).toContain('interrupted');
    expect(page).toContain('Skipped: the run was interrupted.');
    expect(withoutScripts(page)).not.toMatch(/undefined|NaN/);
  });
});

describe('the page’s script', () => {
  test('draws every chart of the page in the theme of the reader, and again when it changes', async () => {
    const page = await reportPage(resultFixture());
    const reader = openPage(page, await pageScript());
    const ids = [...page.matchAll(/<canvas id="([^"]+)"/g)].map((match) => match[1]);
    expect(reader.drawn.map((drawing) => drawing.id).sort()).toEqual([...ids].sort());
    reader.drawn.length = 0;
    reader.fire('change');
    expect(new Set(reader.drawn.map((drawing) => drawing.id)).size).toBe(ids.length);
  });

  test('switches an axis between logarithmic and linear', async () => {
    const reader = openPage(await reportPage(resultFixture()), await pageScript());
    reader.drawn.length = 0;
    reader.fire('click');
    expect(reader.drawn).toEqual([expect.objectContaining({ id: 'freshness', valueScale: 'linear' })]);
    reader.fire('click');
    expect(reader.drawn[1]).toEqual(expect.objectContaining({ id: 'freshness', valueScale: 'logarithmic' }));
  });
});

interface Drawn {
  id: string;
  valueScale: string;
}

/** A browser of the few parts that the script uses, with one button: that of the freshness chart. */
function openPage(page: string, script: string): { drawn: Drawn[]; fire(event: string): void } {
  const drawn: Drawn[] = [];
  const listeners: [string, () => void][] = [];
  const element = (id: string, text = '') => ({
    id,
    textContent: text,
    matches: false,
    addEventListener: (event: string, listener: () => void) => listeners.push([event, listener]),
    setAttribute: () => {},
    getAttribute: () => 'freshness',
  });
  const data = /id="charts">(.*?)<\/script>/s.exec(page)?.[1] ?? '';
  class Chart {
    constructor(
      canvas: { id: string },
      config: { options: { indexAxis?: string; scales: Record<'x' | 'y', { type: string }> } },
    ) {
      drawn.push({
        id: canvas.id,
        valueScale: config.options.scales[config.options.indexAxis === 'y' ? 'x' : 'y'].type,
      });
    }
    destroy(): void {}
  }
  new Script(script).runInNewContext({
    Chart,
    matchMedia: () => element('media'),
    document: {
      getElementById: (id: string) => element(id, id === 'charts' ? data : ''),
      querySelectorAll: () => [element('button')],
    },
  });
  expect((JSON.parse(data) as { specs: ChartSpec[] }).specs.length).toBeGreaterThan(0);
  return {
    drawn,
    fire(event) {
      for (const [name, listener] of listeners) if (name === event) listener();
    },
  };
}

function withoutScripts(page: string): string {
  return page.replace(/<script[\s\S]*?<\/script>/g, '');
}

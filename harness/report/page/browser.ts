/**
 * What the report does in a reader's browser: draws each chart in the colours of the moment, and switches axes.
 * Inlined into the page after Chart.js, the number formats and the chart configuration; the types below stand for the
 * few DOM parts it uses.
 */
import { chartConfig } from '../charts/chart-config.ts';
import type { ChartSpec, Theme } from '../charts/spec.ts';

interface Element {
  id: string;
  textContent: string | null;
  addEventListener(event: string, listener: () => void): void;
  setAttribute(name: string, value: string): void;
  getAttribute(name: string): string | null;
}
interface Drawing {
  destroy(): void;
}
declare const document: {
  getElementById(id: string): Element | null;
  querySelectorAll(selector: string): Iterable<Element>;
};
declare const matchMedia: (query: string) => Element & { matches: boolean };
declare const Chart: new (canvas: Element, config: unknown) => Drawing;

const data = JSON.parse(document.getElementById('charts')?.textContent ?? '{}') as {
  specs: ChartSpec[];
  themes: { light: Theme; dark: Theme };
};
const drawings = new Map<string, Drawing>();
const darkness = matchMedia('(prefers-color-scheme: dark)');
const narrowness = matchMedia('(max-width: 640px)');

function draw(spec: ChartSpec): void {
  const canvas = document.getElementById(spec.id);
  if (canvas === null) return;
  drawings.get(spec.id)?.destroy();
  const theme = darkness.matches ? data.themes.dark : data.themes.light;
  drawings.set(
    spec.id,
    new Chart(canvas, chartConfig(spec, narrowness.matches ? { ...theme, narrow: true, fontSize: 11 } : theme)),
  );
}

function drawAll(): void {
  for (const spec of data.specs) draw(spec);
}

/** Buttons that turn the value axis of their chart between logarithmic and linear. */
function wireAxisButtons(): void {
  for (const button of document.querySelectorAll('button[data-chart]')) {
    const spec = data.specs.find((candidate) => candidate.id === button.getAttribute('data-chart'));
    if (spec === undefined) continue;
    button.addEventListener('click', () => {
      spec.value.logarithmic = !spec.value.logarithmic;
      spec.value.title = spec.value.title.replace(
        / \((log|linear) scale\)/,
        spec.value.logarithmic ? ' (log scale)' : ' (linear scale)',
      );
      button.setAttribute('aria-pressed', String(!spec.value.logarithmic));
      draw(spec);
    });
  }
}

drawAll();
wireAxisButtons();
darkness.addEventListener('change', drawAll);
narrowness.addEventListener('change', drawAll);

/** The looks of the charts: light and dark for the page, light with a title for PNGs. */
import { inksOf } from '../palette.ts';
import type { Theme } from './spec.ts';

const light = {
  ink: '#14181f',
  muted: '#566072',
  grid: '#e4e7ec',
  surface: '#ffffff',
  fault: '#d92d2033',
  phase: '#98a2b324',
};
const dark = {
  ink: '#eef1f6',
  muted: '#a5afbf',
  grid: '#2b333f',
  surface: '#171c24',
  fault: '#ff6b5e40',
  phase: '#98a2b326',
};

export function pageThemes(names: readonly string[]): { light: Theme; dark: Theme } {
  const font = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif';
  const common = { font, fontSize: 12, showTitle: false, narrow: false, subtitle: '' };
  return {
    light: { ...light, ...common, architectures: colours(names, 'light') },
    dark: { ...dark, ...common, architectures: colours(names, 'dark') },
  };
}

export function imageTheme(names: readonly string[], font: string, subtitle: string): Theme {
  return {
    ...light,
    font,
    fontSize: 16,
    showTitle: true,
    narrow: false,
    subtitle,
    architectures: colours(names, 'light'),
  };
}

function colours(names: readonly string[], ground: 'light' | 'dark'): Theme['architectures'] {
  const inks = Object.entries(inksOf(names));
  return Object.fromEntries(inks.map(([name, ink]) => [name, { colour: ink[ground], dash: ink.dash }]));
}

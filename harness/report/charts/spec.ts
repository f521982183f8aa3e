/**
 * A chart as plain data: what the page and the PNGs are both drawn from. Colours are keys (an architecture's name),
 * resolved when drawn.
 */

export type Unit = 'perSecond' | 'ms' | 'count' | 'perEvent' | 'quantity';

export interface Axis {
  title: string;
  unit: Unit;
  logarithmic: boolean;
  min?: number;
  max?: number;
}

export interface BarSeries {
  name: string;
  style: 'solid' | 'light' | 'outline';
  /** One for each label; null where there is no figure, 0 is written at the foot of the row. */
  values: (number | null)[];
  /** Written at the end of the bar instead of the plain value; an aside is in brackets after two spaces. */
  texts?: string[];
}

export interface LineSeries {
  name: string;
  /** An architecture's name. */
  ink: string;
  seconds: number[];
  values: (number | null)[];
}

export interface Band {
  kind: 'fault' | 'phase';
  label: string;
  fromSeconds: number;
  toSeconds: number;
}

interface Common {
  id: string;
  title: string;
  /** What a reader who cannot see the chart is told. */
  description: string;
  value: Axis;
}

/** Horizontal bars, one row for each label. */
export interface BarSpec extends Common {
  kind: 'bars';
  /** Lines of text for each row. */
  labels: string[][];
  /** Architecture of each row. */
  inks: string[];
  series: BarSeries[];
}

/** Lines over the seconds of an act. */
export interface LineSpec extends Common {
  kind: 'lines';
  series: LineSeries[];
  bands: Band[];
  /** Small charts that stand in a row carry no legend. */
  small: boolean;
}

export type ChartSpec = BarSpec | LineSpec;

/** How charts look: resolved colours, so that light, dark and print differ in nothing else. */
export interface Theme {
  ink: string;
  muted: string;
  grid: string;
  surface: string;
  fault: string;
  phase: string;
  font: string;
  fontSize: number;
  /** An image on its own names itself; on the page the heading does. */
  showTitle: boolean;
  /** On a narrow screen axis titles and what stands in brackets give way to the bars. */
  narrow: boolean;
  subtitle: string;
  architectures: Record<string, { colour: string; dash: number[] }>;
}

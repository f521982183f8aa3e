/** Words of evidence that several claims share. Figures with units come from the report's formats. */
import { formatCount } from '../report/format.ts';

/** `1 key`, `47,222 keys`. */
export function plural(count: number, one: string): string {
  return `${formatCount(count)} ${one}${count === 1 ? '' : 's'}`;
}

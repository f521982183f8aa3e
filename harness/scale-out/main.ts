/**
 * `npm run scale-out [-- FILE]`: writes the estimates of docs/scale-out.md, or of a copy with your own figures in it,
 * from the inputs that it lists.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../environment/host-facts.ts';
import { withEstimates } from './document.ts';

const file = process.argv[2] ?? join(packageRoot(), 'docs', 'scale-out.md');
writeFileSync(file, withEstimates(readFileSync(file, 'utf8')));
process.stdout.write(`Wrote ${file}\n`);

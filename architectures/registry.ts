/**
 * The architectures by name, in the talk's order. A user's own is a file that default-exports a declaration.
 */
import { pathToFileURL } from 'node:url';
import { type Declaration, declarationSchema } from '../substrates/declaration.ts';
import alpha from './alpha.ts';
import batch from './batch.ts';
import beta from './beta.ts';
import { declarationFaults } from './declaration-faults.ts';
import lambda from './lambda.ts';
import omega from './omega.ts';
import omegaPrime from './omega-prime.ts';

export const architectures: readonly Declaration[] = [batch, alpha, lambda, beta, omega, omegaPrime].map(
  (architecture) => declarationSchema.parse(architecture),
);

export const architectureNames: readonly string[] = architectures.map((declaration) => declaration.name);

/** A declaration that cannot be loaded or is not one; the message says what is wrong where. */
export class DeclarationError extends Error {
  override readonly name = 'DeclarationError';
}

/** The built-in architecture of that name; undefined if there is none. */
export function findArchitecture(name: string): Declaration | undefined {
  return architectures.find((declaration) => declaration.name === name);
}

/**
 * Checks what a file or another program declares. Error: `DeclarationError` that names every wrong field, or, if all
 * fields are right, everything that does not go together.
 */
export function parseDeclaration(value: unknown, origin: string): Declaration {
  const parsed = declarationSchema.safeParse(value);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the declaration'}: ${issue.message}`);
    throw new DeclarationError(`${origin} does not declare an architecture: ${faults.join('; ')}`);
  }
  const faults = declarationFaults(parsed.data);
  if (faults.length > 0)
    throw new DeclarationError(`${origin} declares an architecture that cannot work: ${faults.join('; ')}`);
  return parsed.data;
}

/** Loads a user's architecture from a JavaScript module. Error: `DeclarationError`. */
export async function loadArchitecture(file: string): Promise<Declaration> {
  let module: { default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as { default?: unknown };
  } catch (error) {
    throw new DeclarationError(`${file} cannot be loaded as a JavaScript module: ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (module.default === undefined) {
    throw new DeclarationError(`${file} has no default export; export default { name, summary, stages, answer }`);
  }
  return parseDeclaration(module.default, file);
}

/**
 * HTTP as the REST client speaks it: JSON over fetch, every answer validated, every failure in words. Flink answers a
 * refusal with a list of texts, the longest of which is a Java stack trace; what remains of it is the root cause.
 */
import type { z } from 'zod';
import type { Credentials } from '../../../credentials.ts';
import { FlinkRefusedError, FlinkUnavailableError } from '../flink-errors.ts';
import { rootCauseOf } from '../java-trace.ts';

export interface FlinkRestOptions {
  /** `http://host:port`, or `https://…`, without a path unless a gateway adds one. */
  url: string;
  /** For a gateway in front of Flink, which itself asks for no login. */
  credentials?: Credentials;
  requestTimeoutMs?: number;
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** Submitting a job runs its main method, which may take its time. */
const REQUEST_TIMEOUT_MS = 30_000;
/** The cluster is starting, or a gateway finds no job manager. */
const NOT_READY: readonly number[] = [502, 503, 504];

export class FlinkHttp {
  readonly url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMs: number;

  constructor({ url, credentials, requestTimeoutMs }: FlinkRestOptions) {
    this.url = url.replace(/\/+$/, '');
    this.#timeoutMs = requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
    const { username = '', password } = credentials ?? {};
    const login = Buffer.from(`${username}:${password}`).toString('base64');
    this.#headers = password === undefined ? {} : { authorization: `Basic ${login}` };
  }

  /** `doing` completes "Flink refuses …" in messages. Errors: `FlinkUnavailableError`, `FlinkRefusedError`. */
  async ask<Schema extends z.ZodType>(
    method: Method,
    path: string,
    schema: Schema,
    doing: string,
    body?: unknown,
  ): Promise<z.infer<Schema>> {
    const text = await this.#send(method, path, doing, body);
    let answer: unknown;
    try {
      answer = text === '' ? {} : JSON.parse(text);
    } catch {
      throw new FlinkRefusedError(`${this.url} answers to ${doing} with no JSON: is it Flink's REST address?`);
    }
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new FlinkRefusedError(
      `Flink at ${this.url} answers to ${doing} in another form than Flink 2.3 does ` +
        `(${issue?.path.join('.')}: ${issue?.message}): look at its version`,
    );
  }

  async #send(method: Method, path: string, doing: string, body: unknown): Promise<string> {
    const isForm = body instanceof FormData;
    const isJson = body !== undefined && !isForm;
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${this.url}${path}`, {
        method,
        headers: { ...this.#headers, ...(isJson && { 'content-type': 'application/json' }) },
        ...(isJson && { body: JSON.stringify(body) }),
        ...(isForm && { body }),
        signal: AbortSignal.timeout(this.#timeoutMs),
      });
      text = await response.text();
    } catch (error) {
      throw new FlinkUnavailableError(
        `cannot reach Flink at ${this.url} for ${doing}: ${this.#reasonOf(error as Error)}; ` +
          'is the job manager running, and is this its REST address (rest.address, rest.port)?',
      );
    }
    if (response.ok) return text;
    throw this.#refusal(response.status, text, doing);
  }

  #refusal(status: number, text: string, doing: string): Error {
    const reason = refusalOf(text);
    if (NOT_READY.includes(status)) {
      return new FlinkUnavailableError(`Flink at ${this.url} is not ready for ${doing}: ${reason || `HTTP ${status}`}`);
    }
    if (status === 401 || status === 403) {
      return new FlinkRefusedError(
        `${this.url} refuses the login for ${doing}: look at user name and password`,
        status,
      );
    }
    return new FlinkRefusedError(`Flink refuses ${doing}: ${reason || `HTTP ${status}`}`, status);
  }

  #reasonOf(error: Error): string {
    if (error.name === 'TimeoutError') return `no answer within ${this.#timeoutMs} ms`;
    // fetch says "fetch failed" and keeps the reason apart; that of several addresses has no message of its own.
    const cause = error.cause as (Error & { code?: string; errors?: Error[] }) | undefined;
    return cause?.message || cause?.errors?.[0]?.message || cause?.code || error.message;
  }
}

/** What a refusal says, without stack traces. */
function refusalOf(text: string): string {
  let errors: unknown;
  try {
    errors = (JSON.parse(text) as { errors?: unknown }).errors;
  } catch {
    return '';
  }
  if (!Array.isArray(errors)) return '';
  return rootCauseOf(errors.filter((error) => typeof error === 'string').join('\n'));
}

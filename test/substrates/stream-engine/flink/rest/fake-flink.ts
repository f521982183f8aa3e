/** Flink's REST endpoint in the test's own process: gives the answers that it is told to, and notes what it was asked. */
import http from 'node:http';

export interface SeenCall {
  /** Method and path with its query. */
  call: string;
  headers: http.IncomingHttpHeaders;
  /** The body, as JSON if it is some. */
  body: unknown;
}

/** By method and path; several answers are given one after the other, the last one from then on. */
export type Answers = Readonly<Record<string, Answer | readonly Answer[]>>;

/** A status other than 200, or a text that is no JSON. */
export type Answer = { status: number; text?: string; json?: unknown } | { json: unknown } | { text: string };

export interface FakeFlink {
  url: string;
  seen: SeenCall[];
  close(): Promise<void>;
}

export async function startFlink(answers: Answers): Promise<FakeFlink> {
  const seen: SeenCall[] = [];
  const given = new Map<string, number>();
  const server = http.createServer(async (request, response) => {
    const call = `${request.method} ${request.url}`;
    seen.push({ call, headers: request.headers, body: await bodyOf(request) });
    const turn = given.get(call) ?? 0;
    given.set(call, turn + 1);
    const all = [answers[call] ?? { status: 404, json: { errors: [`Not found: ${call}`] } }].flat() as Answer[];
    const answer = all[Math.min(turn, all.length - 1)] as Answer;
    response.statusCode = 'status' in answer ? answer.status : 200;
    response.end('text' in answer ? answer.text : JSON.stringify('json' in answer ? answer.json : {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${address.port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function bodyOf(request: http.IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('latin1');
  return request.headers['content-type'] === 'application/json' ? JSON.parse(text) : text;
}

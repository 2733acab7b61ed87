/**
 * A typed client of the API.
 *
 * The types come from `openapi.json`; this file adds what holds for every request: who asks, a name
 * for each write so that it can be tried again, and problems as errors that a program can branch on.
 */

import createClient, { type Client, type Middleware } from "openapi-fetch";
import type { components, paths } from "./types";

export type Schemas = components["schemas"];
export type ProblemBody = Schemas["Problem"];
export type ProblemCode = ProblemBody["code"];
export type Guitu = Client<paths, `${string}/${string}`>;

export interface Settings {
  /** Where the service is, such as `https://after-sales.example`; empty for the page's own. */
  baseUrl?: string;
  /** An API key or a buyer's token. Without one the browser's session cookie counts. */
  key?: string;
  /** The `csrf` of the session, read anew for each write; needed with a cookie only. */
  csrf?: () => string | undefined;
  /** `zh` or `en`: the language of sentences for people. */
  language?: string;
  fetch?: (request: Request) => Promise<Response>;
}

/** What the service refused, or could not do. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";

  constructor(
    readonly problem: ProblemBody,
    /** Seconds to wait before asking again, where the service says so. */
    readonly retryAfter: number | undefined,
    /** Names the request in the service's log. */
    readonly requestId: string | undefined,
  ) {
    super(problem.detail);
  }

  get code(): ProblemCode {
    return this.problem.code;
  }

  /** Whether the same request, under the same `Idempotency-Key`, may be sent again. */
  get mayTryAgain(): boolean {
    return [429, 500, 502, 503, 504].includes(this.problem.status);
  }
}

/** A name for a write that is sent once, however often it is tried. */
export function newKey(): string {
  return crypto.randomUUID();
}

const READS = ["GET", "HEAD", "OPTIONS"];

/**
 * Makes a client. Every answer but a success is thrown as an `ApiProblem`, so that `data` is there
 * whenever a call returns.
 */
export function connect(settings: Settings = {}): Guitu {
  const client = createClient<paths>({
    baseUrl: settings.baseUrl ?? "",
    credentials: settings.key === undefined ? "same-origin" : "omit",
    ...(settings.fetch === undefined ? {} : { fetch: settings.fetch }),
  });
  client.use(introduction(settings), problems);
  return client;
}

function introduction(settings: Settings): Middleware {
  return {
    onRequest({ request }) {
      if (settings.key !== undefined) {
        request.headers.set("Authorization", `Bearer ${settings.key}`);
      }
      if (settings.language !== undefined) {
        request.headers.set("Accept-Language", settings.language);
      }
      const csrf = READS.includes(request.method) ? undefined : settings.csrf?.();
      if (csrf !== undefined) {
        request.headers.set("X-CSRF-Token", csrf);
      }
      return request;
    },
  };
}

const problems: Middleware = {
  async onResponse({ response }) {
    if (response.ok) {
      return undefined;
    }
    const body = await problemOf(response);
    const seconds = Number(response.headers.get("Retry-After") ?? Number.NaN);
    throw new ApiProblem(
      body,
      Number.isFinite(seconds) ? seconds : undefined,
      response.headers.get("X-Request-Id") ?? undefined,
    );
  },
};

/** What stands between the service and its callers does not speak RFC 9457. */
async function problemOf(response: Response): Promise<ProblemBody> {
  const type = response.headers.get("Content-Type") ?? "";
  if (type.startsWith("application/problem+json")) {
    return (await response.json()) as ProblemBody;
  }
  return {
    type: "about:blank",
    title: response.statusText,
    status: response.status,
    detail: `the service was not reached: ${response.status} ${response.statusText}`,
    code: response.status === 503 ? "not-ready" : "internal",
  };
}

/** The version an answer was read at, to be sent as `If-Match`. */
export function versionOf(response: Response): string {
  const tag = response.headers.get("ETag");
  if (tag === null) {
    throw new Error(`${response.url} has no version`);
  }
  return tag;
}

import { describe, expect, it } from "vitest";
import { ApiProblem, connect, newKey, type Settings, versionOf } from "./client";

const PATH = { shop: "north", order: "A1", case: "R-1" };

/** A service that gives one answer and remembers what it was asked. */
function answering(answer: () => Response, settings: Settings = {}) {
  const asked: Request[] = [];
  const client = connect({
    baseUrl: "https://shop.example",
    ...settings,
    fetch: async (request) => {
      asked.push(request.clone());
      return answer();
    },
  });
  return { client, asked };
}

function json(body: unknown, headers: Record<string, string> = {}, status = 200): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/json", ...headers },
  });
}

const done = () => json({ version: 3, events: ["status-changed"] }, { ETag: '"3"' });

describe("a client", () => {
  it("names a write and says what was read", async () => {
    const { client, asked } = answering(done, { key: "gk_1_2", language: "en" });
    const key = newKey();
    const { data, response } = await client.POST(
      "/api/v1/shops/{shop}/orders/{order}/cases/{case}/commands",
      {
        params: { path: PATH, header: { "Idempotency-Key": key, "If-Match": '"2"' } },
        body: { command: "approve", ground: "within 7 days" },
      },
    );
    expect(data?.events).toEqual(["status-changed"]);
    expect(versionOf(response)).toBe('"3"');
    const [request] = asked;
    expect(request?.url).toBe(
      "https://shop.example/api/v1/shops/north/orders/A1/cases/R-1/commands",
    );
    expect(request?.headers.get("Idempotency-Key")).toBe(key);
    expect(request?.headers.get("If-Match")).toBe('"2"');
    expect(request?.headers.get("Authorization")).toBe("Bearer gk_1_2");
    expect(request?.headers.get("Accept-Language")).toBe("en");
    expect(await request?.json()).toEqual({ command: "approve", ground: "within 7 days" });
  });

  it("guards writes of a browser's session, and leaves reads alone", async () => {
    const { client, asked } = answering(done, { csrf: () => "guard" });
    await client.GET("/api/v1/shops/{shop}/orders/{order}", { params: { path: PATH } });
    await client.POST("/api/v1/shops/{shop}/orders/{order}/commands", {
      params: { path: PATH, header: { "Idempotency-Key": newKey(), "If-Match": "*" } },
      body: { command: "extend-receipt", until: "2026-12-01T00:00:00Z" },
    });
    expect(asked.map((it) => it.headers.get("X-CSRF-Token"))).toEqual([null, "guard"]);
    expect(asked.map((it) => it.credentials)).toEqual(["same-origin", "same-origin"]);
  });

  it("throws a problem with its code, its sentence and when to come back", async () => {
    const busy = {
      type: "/problems/busy",
      title: "busy",
      status: 503,
      detail: "too much is going on; nothing was done",
      code: "busy",
    };
    const { client } = answering(() =>
      json(busy, {
        "Content-Type": "application/problem+json",
        "Retry-After": "1",
        "X-Request-Id": "r-7",
      }, 503),
    );
    const asked = client.GET("/api/v1/shops/{shop}/tasks/counts", {
      params: { path: { shop: "north" } },
    });
    const problem = await asked.then(() => undefined, (error: unknown) => error);
    expect(problem).toBeInstanceOf(ApiProblem);
    expect(problem).toMatchObject({
      code: "busy",
      message: "too much is going on; nothing was done",
      retryAfter: 1,
      requestId: "r-7",
      mayTryAgain: true,
    });
  });

  it("makes a problem of what a proxy says", async () => {
    const page = () => new Response("<h1>Bad Gateway</h1>", { status: 502, statusText: "Bad Gateway" });
    const { client } = answering(page);
    const asked = client.GET("/api/v1/shops/{shop}/packs", { params: { path: { shop: "north" } } });
    await expect(asked).rejects.toMatchObject({ code: "internal", mayTryAgain: true });
  });

  it("does not take an answer without a version for one", () => {
    expect(() => versionOf(json({}))).toThrow("has no version");
  });
});

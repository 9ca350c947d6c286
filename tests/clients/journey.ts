// The same day as journey.py, through the types that openapi-typescript made of the contract and
// openapi-fetch. `make clients` runs it: `node built/journey.js http://127.0.0.1:8000`.
import createClient, { type Client } from "openapi-fetch";

import type { components, paths } from "./tutorme.d.ts";

type Api = Client<paths>;
type Shape = components["schemas"];
declare const process: { argv: string[] };

const PASSWORD = "chalk-and-paper-42";

function hold(condition: boolean, told: unknown): asserts condition {
  if (!condition) throw new Error(typeof told === "string" ? told : JSON.stringify(told));
}

function given<T>(answer: { data?: T; error?: Shape["Problem"] }): T {
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error));
  return answer.data;
}

function refused(answer: { error?: Shape["Problem"] }, code: string): Shape["Problem"] {
  hold(answer.error !== undefined, `expected ${code}`);
  hold(answer.error.code === code, answer.error);
  return answer.error;
}

async function signIn(baseUrl: string, email: string): Promise<Api> {
  const visitor: Api = createClient<paths>({ baseUrl });
  const wrong = await visitor.POST("/api/v1/auth/token/", { body: { email, password: "not it" } });
  refused(wrong, "wrong-credentials");
  const first = given(
    await visitor.POST("/api/v1/auth/token/", { body: { email, password: PASSWORD } }),
  );
  const second = given(
    await visitor.POST("/api/v1/auth/token/refresh/", { body: { refresh: first.refresh } }),
  );
  return createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${second.access}` } });
}

async function catalogue(client: Api): Promise<Shape["CourseOut"][]> {
  const found: Shape["CourseOut"][] = [];
  let cursor: string | undefined;
  for (;;) {
    const query = { page_size: 1, ordering: "title" as const, ...(cursor && { cursor }) };
    const page: Shape["CataloguePageOut"] = given(
      await client.GET("/api/v1/courses/", { params: { query } }),
    );
    found.push(...page.results);
    if (page.next === null) {
      hold(new Set(found.map((row) => row.id)).size === page.count && page.count > 2, page);
      return found;
    }
    cursor = new URL(page.next).searchParams.get("cursor") ?? undefined;
  }
}

async function learn(client: Api, course: Shape["CourseOut"]): Promise<void> {
  const me = given(await client.GET("/api/v1/me/profile/"));
  hold(me.username === "sam", me);
  const places = given(
    await client.GET("/api/v1/me/enrollments/", { params: { query: { page_size: 5 } } }),
  );
  hold(places.results.every((place) => new Date(place.created_at) < new Date()), places);
  const detail = given(
    await client.GET("/api/v1/courses/{course_id}/", {
      params: { path: { course_id: course.id } },
    }),
  );
  hold(detail.price.amount === course.price.amount, detail);
  const nothing = await client.GET("/api/v1/courses/{course_id}/", {
    params: { path: { course_id: crypto.randomUUID() } },
  });
  refused(nothing, "not-found");
}

async function buy(client: Api, course: Shape["CourseOut"]): Promise<void> {
  const params = { header: { "Idempotency-Key": crypto.randomUUID() } };
  const body = { kind: "course", target: course.id } as Shape["OrderInRequest"];
  const first = await client.POST("/api/v1/payments/orders/", { params, body });
  const again = await client.POST("/api/v1/payments/orders/", { params, body });
  hold(given(first).id === given(again).id, again);
  hold(again.response.headers.get("Idempotency-Replayed") === "true", "not a replay");
  const order = given(
    await client.GET("/api/v1/payments/orders/{id}/", { params: { path: { id: given(first).id } } }),
  );
  hold(order.state === "created" && order.captured_at === null, order);
  hold(order.to_pay.amount === course.price.amount, order);
  const other = { ...body, use_credit: true };
  const reused = await client.POST("/api/v1/payments/orders/", { params, body: other });
  refused(reused, "idempotency-key-reused");
}

async function teach(client: Api): Promise<void> {
  const facts = { title: "Splices", category: "music", difficulty: "beginner" as const };
  const strange = await client.POST("/api/v1/courses/", {
    body: { ...facts, title: "" },
  });
  const pointers = refused(strange, "invalid-input").errors?.map((row) => row.pointer);
  hold(pointers?.join() === "/title", pointers);
  const made = await client.POST("/api/v1/courses/", {
    params: { header: { "Idempotency-Key": crypto.randomUUID() } },
    body: { ...facts, price: { amount: "12.50", currency: "EUR" } },
  });
  hold(given(made).price.amount === "12.50", made.data);
  const path = { course_id: given(made).course };
  const params = { path, header: { "If-Match": made.response.headers.get("ETag") ?? "" } };
  const body = { subtitle: "Four of them" };
  const edited = given(await client.PATCH("/api/v1/courses/{course_id}/", { params, body }));
  hold(edited.subtitle === "Four of them", edited);
  const late = await client.PATCH("/api/v1/courses/{course_id}/", { params, body });
  hold(late.error?.status === 412, late);
  const gone = await client.DELETE("/api/v1/courses/{course_id}/", { params: { path } });
  hold(gone.response.status === 204, gone);
}

const baseUrl = process.argv[2] ?? "";
const visitor: Api = createClient<paths>({ baseUrl });
const course = (await catalogue(visitor)).find((row) => row.slug.startsWith("linear-equations"));
hold(course !== undefined, "no such course");
// Amounts are text, so that no float ever holds money; moments are text that Date reads.
const amount: string = course.price.amount;
hold(amount === "29.00" && course.price.currency === "EUR", course);
hold(!Number.isNaN(Date.parse(course.published_at ?? "")), course);
refused(await visitor.GET("/api/v1/me/profile/"), "not-signed-in");
const sam = await signIn(baseUrl, "sam@tutorme.test");
await learn(sam, course);
await buy(sam, course);
await teach(await signIn(baseUrl, "tess@tutorme.test"));

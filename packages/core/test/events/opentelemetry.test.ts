/** The README's spans of OpenTelemetry: its text stands there, and it runs here. */
import { readFileSync } from 'node:fs';
import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createClient, ErrorCode } from '../../src/index.js';
import { scriptedBackend } from '../../src/testing/index.js';
import { caught } from '../support/waiting.js';
import { traceRemctl } from './opentelemetry.js';

const exporter = new InMemorySpanExporter();
let stop: () => void;

beforeAll(() => {
  const spanProcessors = [new SimpleSpanProcessor(exporter)];
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  stop = traceRemctl();
});
afterAll(() => stop());
beforeEach(() => exporter.reset());

const backend = scriptedBackend((command) =>
  String(command[0]) === 'denied' ? { error: ErrorCode.ERROR_ACCESS } : { status: 3 },
);

test('the README has the file as it stands here', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(readFileSync(new URL('opentelemetry.ts', import.meta.url), 'utf8'));
});

test('a command is a span in the span of its caller', async () => {
  await trace.getTracer('app').startActiveSpan('request', async (request) => {
    const client = await createClient(backend, { host: 'server.example.org', port: 4373 });
    await client.run(['account', 'show', 's3cret']).text();
    await client.close();
    request.end();
  });
  const [open, command, request] = exporter.getFinishedSpans();
  expect([open?.name, command?.name, request?.name]).toEqual([
    'remctl:open',
    'remctl account',
    'request',
  ]);
  expect(command?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId);
  expect(command?.attributes).toEqual({
    'server.address': 'server.example.org',
    'server.port': 4373,
    'remctl.backend': 'scripted',
    'remctl.status': 3,
  });
  expect(command?.status.code).toBe(SpanStatusCode.UNSET);
});

test('a command that is refused is a failed span with its exception', async () => {
  const client = await createClient(backend, { host: 'h', port: 7 });
  await caught(client.run(['denied']).text());
  const span = exporter.getFinishedSpans().at(-1);
  expect(span?.status.code).toBe(SpanStatusCode.ERROR);
  expect(span?.events.map(({ name }) => name)).toEqual(['exception']);
});

/** Makes a span of each command and of each open. */
import { type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { type RemctlEvent, watchEvents } from '@remctl/core/events';

const spans = new WeakMap<object, Span>();

function begin({ channel, message }: Extract<RemctlEvent, { moment: string }>): void {
  const { host, port, backend } = message;
  const name = channel === 'remctl:command' ? `remctl ${message.name}` : channel;
  const attributes = { 'server.address': host, 'server.port': port, 'remctl.backend': backend };
  // The event comes in the middle of the program's call: the span's parent is the program's own.
  const span = trace.getTracer('remctl').startSpan(name, { kind: SpanKind.CLIENT, attributes });
  spans.set(message, span);
}

function end({ channel, message }: Extract<RemctlEvent, { moment: string }>): void {
  const span = spans.get(message);
  if (channel === 'remctl:command' && message.status !== undefined) {
    span?.setAttribute('remctl.status', message.status);
  }
  if (message.error !== undefined) {
    span?.recordException(message.error as Error);
    span?.setStatus({ code: SpanStatusCode.ERROR });
  }
  span?.end();
}

/** Begins to make spans. Returns a function that ends it. */
export function traceRemctl(): () => void {
  return watchEvents((event) => {
    if (event.channel === 'remctl:command' || event.channel === 'remctl:open') {
      (event.moment === 'start' ? begin : end)(event);
    }
  });
}

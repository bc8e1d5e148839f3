// The parts of kafkajs 2.2.4 below its public interface that this adapter builds on. `kafkajs.ts` refuses any other version.
declare module 'kafkajs/src/network/requestQueue' {
  interface RequestQueue {
    pending: readonly unknown[];
    throttleCheckTimeoutId: NodeJS.Timeout | null;
    checkPendingRequests(): void;
    scheduleCheckPendingRequests(): void;
  }
  const constructor: { readonly prototype: RequestQueue };
  export default constructor;
}

declare module 'kafkajs/src/network/connection' {
  interface Connection {
    socket?: { readonly destroyed: boolean } | null;
    connect(): Promise<true>;
    disconnect(): Promise<true>;
  }
  const constructor: { readonly prototype: Connection };
  export default constructor;
}

declare module 'kafkajs/src/protocol/requests/apiKeys' {
  const keys: { readonly ListOffsets: number; readonly Metadata: number };
  export default keys;
}

declare module 'kafkajs/src/protocol/requests' {
  export const requests: { readonly ListOffsets: unknown; readonly Metadata: unknown };
}

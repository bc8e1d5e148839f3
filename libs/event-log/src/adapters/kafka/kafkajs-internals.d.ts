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
  import { type Socket } from 'node:net';
  import { type Protocol } from './kafkajs-types';
  interface Settings {
    readonly host: string;
    readonly port: number;
    readonly requestTimeout: number;
    readonly connectionTimeout: number;
    readonly socketFactory: (place: { readonly host: string; readonly port: number; readonly onConnect: () => void }) => Socket;
    readonly logger: unknown;
  }
  interface Connection {
    socket?: { readonly destroyed: boolean } | null;
    /** Of an answer that has not come whole yet. */
    chunks: readonly Buffer[];
    bytesBuffered: number;
    bytesNeeded: number;
    isConnected(): boolean;
    connect(): Promise<true>;
    disconnect(): Promise<true>;
    send(protocol: Protocol): Promise<unknown>;
  }
  const constructor: { new (settings: Settings): Connection; readonly prototype: Connection };
  export default constructor;
}

declare module 'kafkajs/src/protocol/requests/apiKeys' {
  const keys: { readonly ListOffsets: number; readonly Metadata: number };
  export default keys;
}

declare module 'kafkajs/src/protocol/requests' {
  export const requests: { readonly ListOffsets: unknown; readonly Metadata: unknown };
}

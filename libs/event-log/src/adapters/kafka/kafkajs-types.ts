// What kafkajs's protocol layer takes and answers, as far as it is used here. 64-bit numbers come as text.

export interface PartitionMetadata {
  readonly partitionId: number;
  /** -1 while there is none. */
  readonly leader: number;
}

export interface TopicMetadata {
  readonly topicErrorCode: number;
  readonly topic: string;
  readonly partitionMetadata: readonly PartitionMetadata[];
}

export interface Metadata {
  readonly brokers: readonly { readonly nodeId: number }[];
  readonly topicMetadata: readonly TopicMetadata[];
}

export interface WireMessage {
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface RawApi {
  readonly ListOffsets: {
    readonly replicaId: -1;
    readonly isolationLevel: 0;
    readonly topics: readonly { readonly topic: string; readonly partitions: readonly { readonly partition: number; readonly timestamp: number }[] }[];
  };
  readonly Metadata: { readonly topics: readonly string[]; readonly allowAutoTopicCreation: false };
}

export interface RawResponses {
  readonly ListOffsets: {
    readonly responses: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number; readonly errorCode: number; readonly offset: string }[];
    }[];
  };
  readonly Metadata: Metadata;
}

export interface JoinedGroup {
  readonly generationId: number;
  readonly leaderId: string;
  readonly memberId: string;
  /** Only the leader is told. */
  readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
}

export interface OffsetsOfTopic {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number; readonly offset: string; readonly metadata?: string | null }[];
}

/** How kafkajs takes a request: bytes to be sent, and what is done with those that come back. */
export interface Protocol {
  readonly request: unknown;
  readonly response: { readonly decode?: (bytes: Buffer) => unknown; readonly parse: (decoded: unknown) => Promise<unknown> };
}

export interface KafkaBroker {
  readonly nodeId: number;
  readonly connectionPool: {
    readonly host: string;
    readonly port: number;
    readonly pool: readonly { rejectRequests(error: Error): void }[];
    send(protocol: Protocol): Promise<unknown>;
  };
  lookupRequest(apiKey: number, definitions: unknown): (payload: unknown) => Protocol;
  metadata: (topics: readonly string[]) => Promise<Metadata>;
  initProducerId(payload: { readonly transactionTimeout: number }): Promise<{ readonly producerId: string; readonly producerEpoch: number }>;
  joinGroup(payload: {
    readonly groupId: string;
    readonly sessionTimeout: number;
    readonly rebalanceTimeout: number;
    readonly memberId: string;
    readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[];
  }): Promise<JoinedGroup>;
  syncGroup(payload: {
    readonly groupId: string;
    readonly generationId: number;
    readonly memberId: string;
    readonly groupAssignment: readonly { readonly memberId: string; readonly memberAssignment: Buffer }[];
  }): Promise<{ readonly memberAssignment: Buffer }>;
  heartbeat(payload: { readonly groupId: string; readonly groupGenerationId: number; readonly memberId: string }): Promise<unknown>;
  leaveGroup(payload: { readonly groupId: string; readonly memberId: string }): Promise<unknown>;
  offsetCommit(payload: {
    readonly groupId: string;
    readonly groupGenerationId: number;
    readonly memberId: string;
    readonly topics: readonly OffsetsOfTopic[];
  }): Promise<unknown>;
  offsetFetch(payload: {
    readonly groupId: string;
    readonly topics: readonly { readonly topic: string; readonly partitions: readonly { readonly partition: number }[] }[];
  }): Promise<{ readonly responses: readonly OffsetsOfTopic[] }>;
  createTopics(payload: {
    readonly topics: readonly {
      readonly topic: string;
      readonly numPartitions: number;
      readonly replicationFactor: number;
      readonly configEntries: readonly { readonly name: string; readonly value: string }[];
    }[];
    readonly timeout: number;
  }): Promise<unknown>;
  describeConfigs(payload: {
    readonly resources: readonly { readonly type: number; readonly name: string; readonly configNames: readonly string[] }[];
  }): Promise<{
    readonly resources: readonly {
      readonly resourceName: string;
      readonly configEntries: readonly { readonly configName: string; readonly configValue: string }[];
    }[];
  }>;
}

export interface KafkaCluster {
  readonly brokerPool: {
    readonly metadata: Metadata | null;
    readonly brokers: Readonly<Record<string, KafkaBroker>>;
    readonly seedBroker: KafkaBroker | undefined;
    createBroker: (settings: unknown) => KafkaBroker;
  };
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  isConnected(): boolean;
  refreshMetadata(): Promise<void>;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  removeBroker(address: { readonly host: string; readonly port: number }): void;
  getNodeIds(): readonly string[];
  findBroker(node: { readonly nodeId: number | string }): Promise<KafkaBroker>;
  findControllerBroker(): Promise<KafkaBroker>;
  findGroupCoordinator(group: { readonly groupId: string }): Promise<KafkaBroker>;
}

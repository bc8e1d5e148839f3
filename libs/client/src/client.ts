import { type ClientOptions } from './client-options';
import { SYSTEM_ENVIRONMENT, type Environment } from './clock';
import { type ClientEvents } from './client-events';
import { Connection, type ConnectionState, type ConnectionStatus } from './connection';
import { Emitter, type Unsubscribe } from './emitter';
import { AgentChatError } from './errors';
import { FilesApi } from './files-api';
import { receiveFrame } from './frames';
import { Http, type Fetch, type HttpCall, type TokenSource } from './http';
import { Identity } from './identity';
import { KeptAnswers } from './kept-answers';
import { LiveRooms } from './live-rooms';
import { availableLocks, type RunLocked } from './locks';
import { MessagesApi, type SearchOptions } from './messages-api';
import { type OutboxEntry } from './outbox-store';
import { PersonOutbox } from './person-outbox';
import { PresenceStore } from './presence';
import { ProvidedTokens } from './provided-tokens';
import { ReadMarks } from './read-marks';
import { type RoomEvent } from './room-events';
import { RoomHandle } from './room';
import { RoomList } from './room-list';
import { RoomsApi } from './rooms-api';
import { SessionsApi } from './sessions-api';
import { Session, type Credentials, type SessionEnd } from './session';
import { openSocketTransport } from './socket-transport';
import { memoryStorage, type ClientStorage } from './storage';
import { type Page, type Posted, type SearchHit, type User } from './types';
import { UsersApi } from './users-api';
import { onWakeUp } from './wake-up';

/** Everything that a chat frontend or a bot does with a server, for one signed-in person. Made by `createClient`. */
export class AgentChatClient {
  readonly users: UsersApi;
  readonly rooms: RoomsApi;
  readonly messages: MessagesApi;
  readonly sessions: SessionsApi;
  /** Files: uploads, and where they can be had. */
  readonly files: FilesApi;
  /** My rooms for a user interface; call its `load` once. */
  readonly roomList: RoomList;
  readonly presence: PresenceStore;

  private readonly emitter = new Emitter<ClientEvents>((error) => this.failed(error));
  private readonly environment: Environment;
  private readonly http: Http;
  private readonly storage: ClientStorage;
  private readonly lock: RunLocked;
  private readonly prefix: string;
  private readonly kept: KeptAnswers | undefined;
  private readonly session: Session | undefined;
  private readonly identity: Identity;
  private readonly connection: Connection;
  private readonly live: LiveRooms;
  private readonly readMarks: ReadMarks;
  private readonly handles = new Map<string, RoomHandle>();
  private readonly outbox: PersonOutbox;
  private readonly stopWatching: Unsubscribe;
  private isFailing = false;

  constructor(private readonly options: ClientOptions) {
    const url = options.url.replace(/\/+$/, '');
    this.environment = { ...SYSTEM_ENVIRONMENT, ...options.environment };
    this.storage = options.storage ?? memoryStorage();
    this.lock = options.locks ?? availableLocks();
    this.prefix = `${options.storagePrefix ?? 'agent-chat'}:${url}`;
    const plain = new Http(url, this.environment, options.fetch ?? ((address, init) => (globalThis.fetch as unknown as Fetch)(address, init)), options.retry);
    this.session = options.tokenProvider === undefined ? this.openSession(plain) : undefined;
    const tokens: TokenSource = options.tokenProvider === undefined ? this.signedIn() : new ProvidedTokens(options.tokenProvider, this.environment);
    this.kept = this.openKept();
    this.http = plain.withTokens(tokens, this.kept);
    const { http } = this;
    this.users = new UsersApi(http, this.environment);
    this.rooms = new RoomsApi(http, this.environment);
    this.messages = new MessagesApi(http, this.environment);
    this.sessions = new SessionsApi(http);
    this.files = new FilesApi(http, url, this.environment, (error) => this.failed(error));
    this.outbox = this.openOutbox();
    this.identity = new Identity(
      () => this.users.me(),
      this.storage,
      `${this.prefix}:user`,
      (user) => this.userChanged(user),
    );
    this.connection = this.openConnection(url, tokens);
    const request = (call: string, body: unknown): Promise<unknown> => this.connection.request(call, body);
    const onError = (error: AgentChatError): void => this.failed(error);
    this.live = new LiveRooms(request, this.environment);
    this.presence = new PresenceStore(request, onError);
    this.roomList = new RoomList(
      this.rooms,
      this.environment,
      () => this.user?.userId,
      onError,
      this.kept,
      (roomId) => this.readMarks.forget(roomId),
    );
    this.readMarks = new ReadMarks(request, this.environment, (roomId, seq, unread) => this.roomList.markedRead(roomId, seq, unread), onError);
    this.stopWatching = onWakeUp(() => this.retryNow());
  }

  /** Who is signed in; known after `ready`, `login`, `register` or `connect`. */
  get user(): User | undefined {
    return this.session === undefined ? this.identity.user : this.session.user;
  }

  get state(): ConnectionState {
    return this.connection.state;
  }

  on<Name extends keyof ClientEvents>(name: Name, listener: (body: ClientEvents[Name]) => void): Unsubscribe {
    return this.emitter.on(name, listener);
  }

  /** Reads the stored session and takes over messages that were not sent yet. Answers who is signed in. */
  async ready(): Promise<User | undefined> {
    if (this.session === undefined) await this.identity.restore();
    else await this.session.restore();
    await this.outbox.loaded();
    return this.user;
  }

  /** Makes an account of the built-in kind and signs in. */
  register(account: Credentials & { readonly displayName?: string }): Promise<User> {
    return this.signedIn().signIn('register', account);
  }

  login(credentials: Credentials): Promise<User> {
    return this.signedIn().signIn('login', credentials);
  }

  /** Ends the connection and the session; messages that were not sent stay in the storage for the person's next sign-in. */
  async logout(): Promise<void> {
    this.disconnect();
    await this.session?.signOut();
  }

  /** Goes live, and stays so across losses of the connection. Resolves once connected; rejects when the session has ended. */
  async connect(): Promise<void> {
    if (this.session === undefined) this.identity.verify().catch((error: unknown) => this.failed(error));
    await this.connection.connect();
    await this.ready();
  }

  disconnect(): void {
    this.connection.disconnect();
  }

  /**
   * Ends the wait between two attempts to connect (`retryInMs` of the `state` event) and tries at once; does nothing at any other time. In a
   * browser it happens by itself when the network is back and when the page comes into sight.
   */
  retryNow(): void {
    this.connection.retryNow();
  }

  /** Ends everything for good; the client can't be used again. */
  close(): void {
    this.stopWatching();
    for (const handle of this.handles.values()) handle.close();
    this.disconnect();
    this.outbox.close();
    this.roomList.close();
    this.readMarks.close();
  }

  /** One room; the same object for the same id. */
  room(roomId: string): RoomHandle {
    const known = this.handles.get(roomId);
    if (known !== undefined) return known;
    const handle = new RoomHandle(roomId, {
      messages: this.messages,
      live: this.live,
      request: (call, body) => this.connection.request(call, body),
      readMarks: this.readMarks,
      environment: this.environment,
      outbox: () => this.outbox.current,
      me: () => this.user?.userId,
      kept: this.kept,
      onEvent: (event) => this.eventCame(event),
      onLive: (id, seq) => this.roomList.followedFrom(id, seq),
      onResync: (resync) => this.emitter.emit('resync', resync),
      onRead: (id, seq) => this.roomList.markedRead(id, seq),
      onUnread: (id, seq, unread) => this.roomList.markedUnread(id, seq, unread),
      onError: (error) => this.failed(error),
      pageSize: this.options.pageSize ?? 50,
      maxMessages: this.options.maxMessages ?? 2_000,
    });
    this.handles.set(roomId, handle);
    if (this.outbox.current !== undefined) handle.attach(this.outbox.current);
    return handle;
  }

  /** Full text, in the rooms that the person may read. */
  search(q: string, options?: SearchOptions): Promise<Page<SearchHit>> {
    return this.messages.search(q, options);
  }

  /**
   * Any other call of the server's reference (`/api/docs`), as the signed-in person: with tokens, time limits, and repetition of what may be repeated,
   * which is reads, and writes with a `key`. Resolves with the answer's JSON; rejects with `AgentChatError`.
   */
  request<Result>(call: HttpCall): Promise<Result> {
    return this.http.request(call);
  }

  /** Everything up to here has been read. */
  markRead(roomId: string, seq: number): void {
    this.room(roomId).markRead(seq);
  }

  private signedIn(): Session {
    if (this.session === undefined)
      throw new AgentChatError('TOKEN_PROVIDER', { message: 'Accounts are kept elsewhere: the client was made with a tokenProvider' });
    return this.session;
  }

  private openSession(http: Http): Session {
    const onChange = (user: User | undefined, end?: SessionEnd): void => this.userChanged(user, end);
    const { environment, storage, lock, options } = this;
    return new Session({ http, storage, environment, lock, storageKey: `${this.prefix}:session`, onChange, initial: options.session });
  }

  private openKept(): KeptAnswers | undefined {
    const { environment, prefix, options } = this;
    if (options.offlineStorage === undefined) return undefined;
    return new KeptAnswers({ storage: options.offlineStorage, environment, prefix, me: () => this.user?.userId });
  }

  private openOutbox(): PersonOutbox {
    const { environment, lock, storage, prefix } = this;
    return new PersonOutbox({
      ...{ environment, lock, storage, prefix },
      post: (entry) => this.post(entry),
      onError: (error) => this.failed(error),
      onOpened: (outbox) => {
        for (const handle of this.handles.values()) handle.attach(outbox);
      },
    });
  }

  private openConnection(url: string, tokens: TokenSource): Connection {
    return new Connection({
      url,
      tokens,
      open: this.options.openTransport ?? openSocketTransport,
      environment: this.environment,
      backoff: this.options.backoff,
      onStatus: (status) => this.statusChanged(status),
      onFrame: (name, body) => {
        const { live, roomList, presence, handles, emitter } = this;
        receiveFrame(name, body, { url, live, roomList, presence, handles, emitter });
      },
      onError: (error) => this.failed(error),
    });
  }

  private statusChanged(status: ConnectionStatus): void {
    const parts = [this.live, this.presence, this.readMarks];
    if (status.state === 'connected') {
      for (const part of parts) part.connected();
      this.roomList.connected();
      this.outbox.current?.wake();
    } else {
      for (const part of parts) part.disconnected();
    }
    this.emitter.emit('state', status);
  }

  private eventCame(event: RoomEvent): void {
    this.roomList.receiveEvent(event);
    this.emitter.emit('event', event);
  }

  private userChanged(user: User | undefined, end?: SessionEnd): void {
    if (this.outbox.changeTo(user?.userId)) for (const part of [this.roomList, this.readMarks]) part.clear();
    this.emitter.emit('session', end === undefined ? { user } : { user, end });
  }

  /** Over the live connection; over HTTP by a client that was never asked to connect. */
  private async post({ roomId, clientMsgId, text, replyTo, attachments = [] }: OutboxEntry): Promise<Posted> {
    const files = attachments.length === 0 ? {} : { attachmentIds: attachments.map(({ attachmentId }) => attachmentId) };
    const message = { clientMsgId, text, ...(replyTo === undefined ? {} : { replyTo }), ...files };
    if (this.state === 'offline') return this.messages.post(roomId, message);
    return (await this.connection.request('message.post', { roomId, ...message })) as Posted;
  }

  private failed(error: unknown): void {
    // A listener of errors that throws would be told of its own error, for ever.
    if (this.isFailing) return;
    this.isFailing = true;
    this.emitter.emit('error', AgentChatError.from(error));
    this.isFailing = false;
  }
}

/** A client of the server at `url`. It does nothing until it is told to. */
export function createClient(options: ClientOptions): AgentChatClient {
  return new AgentChatClient(options);
}

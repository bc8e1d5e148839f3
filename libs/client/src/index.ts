export { AgentChatError, type AgentChatErrorDetails, type FieldError } from './errors';
export { asKnownEvent, type KnownRoomEvent, type RoomEvent, type RoomEventData, type RoomEventType } from './room-events';
export { memoryStorage, webStorage, type ClientStorage } from './storage';
export * from './types';

export { decide, referredAttachments, referredMessage } from './decide';
export { type Decision } from './room-change';

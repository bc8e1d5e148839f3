export { decide, referredMessage } from './decide';
export { type Decision } from './room-change';

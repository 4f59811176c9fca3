// The code of being in a room. A first screen does without it, so it is imported when somebody is about to start or join one.
export { joinRoom } from '../net/room.ts'
export { GuestSession } from './guest-session.ts'
export { LeaderSession } from './leader-session.ts'

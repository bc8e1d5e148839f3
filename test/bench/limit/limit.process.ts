import { serveTasks } from '@agent-chat/load';
import { Pool } from 'pg';
import { LimitDoor, type ReceivedPost } from './limit-door';
import { framesOf, LimitCommitter, SCHEMA } from './limit-rows';

/**
 * The durable path and nothing else: the rows that a post becomes here, written by one statement for all posts that wait, and frames that are made
 * once a room and commit. No accounts, no rights, no keys looked up, no partitions, no fences, no limits: what is left between this and a chat server is
 * what that server does beside storing and delivering.
 */
async function start({ databaseUrls: [connectionString = ''] }: { databaseUrls: readonly string[] }): Promise<{ url: string }> {
  const pool = new Pool({ connectionString, max: 1 });
  await pool.query(SCHEMA);
  const committer = new LimitCommitter<ReceivedPost>(pool, (outcomes) => {
    door.deliver(
      framesOf(outcomes),
      outcomes.map(({ post, answer }) => ({ to: post, answer })),
    );
  });
  const { door, url } = await LimitDoor.open((post) => {
    committer.add(post);
  });
  return { url };
}

serveTasks({ start });

import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of `users`. */
@Entity('users')
export class UserEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: string;

  @Column('text')
  username!: string;

  @Column('text', { name: 'display_name' })
  displayName!: string;

  @Column('text', { name: 'search_name' })
  searchName!: string;

  @Column('text', { name: 'avatar_url', nullable: true })
  avatarUrl!: string | null;

  @Column('boolean')
  bot!: boolean;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}

import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of `auth_secrets`. */
@Entity('auth_secrets')
export class AuthSecretEntity {
  @PrimaryColumn('text')
  name!: string;

  @Column('bytea')
  secret!: Buffer;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}

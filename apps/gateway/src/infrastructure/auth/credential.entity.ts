import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of `credentials`. */
@Entity('credentials')
export class CredentialEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: string;

  @Column('text', { name: 'password_hash' })
  passwordHash!: string;

  @Column('text', { name: 'registration_key', nullable: true })
  registrationKey!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}

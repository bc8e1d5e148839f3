-- Where clients reach a gateway: all of one installation say the same. Of other processes none.
alter table service_instances add column public_url text;

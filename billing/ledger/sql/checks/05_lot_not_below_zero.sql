-- No part of a lot was ever below zero.
select wallet_id, format('lot %s: %s at %s after transaction %s',
                         lot_id, account, balance_cp, transaction_id)
  from (select wallet_id, lot_id, account, transaction_id,
               sum(amount_cp) over (partition by wallet_id, lot_id, account
                                    order by transaction_id) balance_cp
          from ledger_entry where account in ('available', 'held', 'frozen', 'waiting')) running
 where balance_cp < 0

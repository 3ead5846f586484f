import type { Migration } from "@ghostchain/product";

/**
 * What the tables hold, for those who read them by GraphQL. References are told, not checked: projections keep them, and
 * a check would cost each row of history.
 */
export const describeTablesMigration: Migration = {
  id: "005-descriptions",
  sql: `
    COMMENT ON TABLE users IS 'Players: known from their first event. Amounts are wei of DATA.';
    COMMENT ON COLUMN users.address IS 'In lower case, as every address here.';
    COMMENT ON COLUMN users.created_at IS 'The block of the first event.';
    COMMENT ON COLUMN users.total_extracted IS 'Principal and rewards taken out, of all positions.';
    COMMENT ON COLUMN users.pnl IS 'Rewards and jackpots, less penalties and lost principal.';
    COMMENT ON COLUMN users.ghost_streak_best IS 'The most scans in a row that one position survived.';
    COMMENT ON COLUMN users.position_id IS 'The last position, open or not.';

    COMMENT ON TABLE days IS E'What a player won and lost on one UTC day.\\n@foreignKey (user_address) references users (address)';
    COMMENT ON COLUMN days.streak_best IS 'The longest streak that was reached on that day.';

    COMMENT ON TABLE positions IS E'Stakes in the game, open and closed; a player has at most one that is alive.\\n@foreignKey (user_address) references users (address)\\n@foreignKey (level) references levels (level)';
    COMMENT ON COLUMN positions.level IS '1 VAULT, 2 MAINFRAME, 3 SUBNET, 4 DARKNET, 5 BLACK_ICE.';
    COMMENT ON COLUMN positions.amount IS 'Staked now, or when it ended: wei of DATA.';
    COMMENT ON COLUMN positions.exit_at IS 'Null while it is alive.';
    COMMENT ON COLUMN positions.exit_type IS 'extracted, traced or emergency; null while it is alive.';
    COMMENT ON COLUMN positions.penalties IS 'Lost in system resets.';
    COMMENT ON COLUMN positions.ghost_streak IS 'Scans survived in a row.';

    COMMENT ON TABLE levels IS 'The five levels of the game, as they stand.';
    COMMENT ON COLUMN levels.death_rate_bps IS 'Hundredths of a percent that a scan takes, before boosts and the network modifier.';
    COMMENT ON COLUMN levels.scan_interval_seconds IS '0 where there is no scan.';
    COMMENT ON COLUMN levels.players IS 'Positions alive now.';
    COMMENT ON COLUMN levels.dead_capital IS 'Lost in scans so far: wei of DATA.';

    COMMENT ON TABLE scans IS E'Trace scans: who died, and where their capital went.\\n@foreignKey (level) references levels (level)';
    COMMENT ON COLUMN scans.number IS 'Counted by level.';
    COMMENT ON COLUMN scans.modifier_bps IS 'By the total value locked; 10000 changes nothing.';
    COMMENT ON COLUMN scans.same_level IS 'To the survivors of the level.';
    COMMENT ON COLUMN scans.upstream IS 'To safer levels.';
    COMMENT ON COLUMN scans.protocol IS 'To the treasury.';

    COMMENT ON TABLE boosts IS E'Boosts that players applied on the chain.\\n@foreignKey (user_address) references users (address)';
    COMMENT ON COLUMN boosts.boost_type IS '0 lowers the death rate, 1 multiplies the yield.';

    COMMENT ON TABLE resets IS E'System resets: the deadline passed, and every position paid.\\n@foreignKey (jackpot_winner) references users (address)';

    COMMENT ON TABLE game IS 'One row: the game as a whole.';
    COMMENT ON COLUMN game.reset_deadline IS 'When a system reset is due, unless a deposit moves it.';
  `,
};

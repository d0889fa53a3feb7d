"""The pages of the policy owner: packs in force, a decision tried out, golden cases, drafts, simulations. Every act is a verb of policy."""

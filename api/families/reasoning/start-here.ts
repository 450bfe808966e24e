/** A first task by hand, for the top of the documentation: the command, then create, approve, stream. */
export const startHere = `### Start here: a task

At a terminal of the machine that runs Steward \`npx steward task "Get the price of SOL and chart it"\` does all of this and asks you
before anything is paid. Over HTTP it is:

1. **Create** it. Steward plans it and says what it costs at most; nothing is paid yet.

   \`\`\`bash
   ID=$(curl -s -X POST "$STEWARD_URL/workflows/create" -H "authorization: Bearer $STEWARD_KEY" \\
     -H 'content-type: application/json' \\
     -d '{"userId":"demo_user","input":"Get the price of SOL over the last 7 days and compose a report","maxCost":1}' \\
     | jq -r .workflow.id)
   \`\`\`

2. **Approve** its plan, as soon as there is one: \`curl -s "$STEWARD_URL/workflows/$ID"\` shows it.

   \`\`\`bash
   curl -s -X POST "$STEWARD_URL/workflows/$ID/approve" -H "authorization: Bearer $STEWARD_KEY"
   \`\`\`

3. **Stream** what happens, from its first event on, until it ends.

   \`\`\`bash
   curl -sN "$STEWARD_URL/workflows/$ID/stream?after=0" -H "authorization: Bearer $STEWARD_KEY" \\
     -H 'accept: text/event-stream'
   \`\`\``;

"""The flows that the contract of Kodosumi is put to (tests/kodosumi/contract.ts), for the real one.

The same are there in TypeScript for the stand-in: embedded/kodosumi/flows. Summaries and forms must agree.
"""

import asyncio

from fastapi import Request
from kodosumi.core import InputsError, KodosumiError, Launch, ServeAPI, Tracer, forms, response

app = ServeAPI()


# -- Hymn: text in, Markdown out

async def run_hymn(inputs: dict, tracer: Tracer):
    topic = inputs["topic"]
    await tracer.markdown(f"Thinking about {topic}.")
    return response.Markdown(
        f"# Hymn to {topic}\n\nO {topic}, steady and true,\nwhat was begun you carry through.")


@app.enter(
    path="/hymn",
    model=forms.Model(
        forms.Markdown("# Hymn\nWhat shall it be about?"),
        forms.InputText(name="topic", label="Topic", required=True, placeholder="durable work"),
        forms.Submit("Write"),
        forms.Cancel("Cancel"),
    ),
    summary="Hymn",
    description="Writes a short hymn about a topic.",
    author="steward@example.com",
    organization="Steward",
    version="1.0.1",
    tags=["text", "sample"],
)
async def enter_hymn(inputs: dict, request: Request):
    if not (inputs.get("topic") or "").strip():
        error = InputsError()
        error.add(topic="Please give a topic.")
        raise error
    return Launch(request, "steward_flows:run_hymn", inputs=inputs)


# -- Approval: a person answers in the middle

async def run_approval(inputs: dict, tracer: Tracer):
    draft = f"Dear all, {inputs['message']}"
    await tracer.markdown(draft)
    answer = await tracer.lock("approve", data={"draft": draft})
    if answer["decision"] != "yes":
        return response.Markdown("Nothing was sent.")
    return response.Markdown(f"{draft}\n\n{answer.get('comment') or ''}".strip())


@app.enter(
    path="/approval",
    model=forms.Model(
        forms.InputArea(name="message", label="Message", required=True,
                        placeholder="What shall be said?", max_length=500),
        forms.Submit("Draft"),
    ),
    summary="Approval",
    description="Drafts a message and asks a person before it is final.",
    version="2.0.0",
    tags=["human", "sample"],
)
async def enter_approval(inputs: dict, request: Request):
    return Launch(request, "steward_flows:run_approval", inputs=inputs)


@app.lock("approve")
async def lock_approve(data: dict):
    return forms.Model(
        forms.Markdown(f"Send this?\n\n> {data['draft']}"),
        forms.InputText(name="comment", label="Comment"),
        forms.Action(name="decision", value="yes", text="Send"),
        forms.Action(name="decision", value="no", text="Do not send"),
    )


@app.lease("approve")
async def lease_approve(inputs: dict):
    if inputs.get("decision") is None:
        error = InputsError()
        error.add(decision="Please decide.")
        raise error
    return inputs


# -- Every element

async def run_elements(inputs: dict):
    return inputs


@app.enter(
    path="/elements",
    model=forms.Model(
        forms.Markdown("## Every element"),
        forms.HTML("<p>there is</p>"),
        forms.Errors(),
        forms.InputText(name="text", label="text", required=True, placeholder="abc", pattern="[a-z]+"),
        forms.InputNumber(name="number", label="number", min_value=1, max_value=10, step=1),
        forms.InputPassword(name="password", label="password", min_length=4, max_length=20),
        forms.InputArea(name="textarea", label="textarea", rows=3, max_length=100),
        forms.InputDate(name="date", label="date", min_date="2020-01-01", max_date="2040-12-31"),
        forms.InputTime(name="time", label="time", min_time="08:00", max_time="18:00"),
        forms.InputDateTime(name="datetime", label="datetime",
                            min_datetime="2020-01-01T00:00", max_datetime="2040-12-31T23:59"),
        forms.Checkbox(name="boolean", label="boolean", option="Yes, please"),
        forms.Select(name="select", label="select", value="b", option=[
            forms.InputOption(name="a", label="Option A"),
            forms.InputOption(name="b", label="Option B"),
        ]),
        forms.InputFiles(name="files", label="files", multiple=True),
        forms.HR(),
        forms.Break(),
        forms.Action(name="action", value="go", text="Go"),
        forms.Submit("Submit"),
        forms.Cancel("Cancel"),
    ),
    summary="Every element",
)
async def enter_elements(inputs: dict, request: Request):
    return Launch(request, "steward_flows:run_elements", inputs=inputs)


# -- What can happen to a run

async def run_failing(inputs: dict, tracer: Tracer):
    await tracer.warning("about to fail")
    if inputs["how"] == "known":
        raise KodosumiError("the model is not available")
    raise ValueError("no luck today")


@app.enter(path="/failing", model=forms.Model(forms.InputText(name="how", label="how")), summary="Failing")
async def enter_failing(inputs: dict, request: Request):
    return Launch(request, "steward_flows:run_failing", inputs=inputs)


async def run_long(inputs: dict, tracer: Tracer):
    for step in range(1, 11):
        await asyncio.sleep(inputs["seconds"] / 10)
        await tracer.action(response.Text(f"step {step}", "of 10"))
    return response.HTML("<p>done</p>")


@app.enter(path="/long", model=forms.Model(forms.InputNumber(name="seconds", label="seconds")), summary="Long run")
async def enter_long(inputs: dict, request: Request):
    return Launch(request, "steward_flows:run_long", inputs=inputs)


async def run_files(inputs: dict, tracer: Tracer):
    lines = []
    fs = await tracer.fs()
    for file in await fs.ls("in/"):
        async with fs.open(file["path"]) as stream:
            lines.append(f"{file['path'].removeprefix('in/')}: {len(await stream.read_all())}")
    await fs.close()
    return response.Markdown("\n".join(sorted(lines)))


@app.enter(
    path="/files",
    model=forms.Model(forms.InputFiles(name="files", label="files", required=True, multiple=True)),
    summary="File reader",
)
async def enter_files(inputs: dict, request: Request):
    return Launch(request, "steward_flows:run_files", inputs=inputs)


async def run_two_files(inputs: dict, tracer: Tracer):
    await asyncio.sleep(3)
    return await run_files(inputs, tracer)


@app.enter(
    path="/twofiles",
    model=forms.Model(
        forms.InputFiles(name="contract", label="contract"),
        forms.InputFiles(name="annex", label="annex"),
    ),
    summary="Two files",
)
async def enter_two_files(inputs: dict, request: Request):
    return Launch(request, "steward_flows:run_two_files", inputs=inputs)


@app.enter(
    path="/picky",
    model=forms.Model(forms.Errors(), forms.InputText(name="word", label="word")),
    summary="Picky",
)
async def enter_picky(inputs: dict, request: Request):
    error = InputsError("nothing is good enough")
    error.add(word="not this one")
    raise error


class CrewOutput:
    """As CrewAI names it."""

    def __init__(self):
        self.raw = "the crew is done"
        self.tasks_output = []


def run_results(inputs: dict):
    return {
        "markdown": response.Markdown("# Done\n\n*well*"),
        "html": response.HTML("<p>done</p>"),
        "text": response.Text("done"),
        "crew": CrewOutput(),
        "str": "done",
        "int": 42,
        "float": 1.5,
        "bool": True,
        "none": None,
        "dict": {"b": [1, "two"], "a": None},
        "list": [1, "two", {"three": 3}],
        "empty": response.Markdown(""),
    }[inputs["kind"]]


@app.enter(
    path="/results",
    model=forms.Model(forms.InputText(name="kind", label="kind", required=True)),
    summary="Results",
)
async def enter_results(inputs: dict, request: Request):
    return Launch(request, "steward_flows:run_results", inputs=inputs)


# -- More flows than a page holds

def add_filler(number: int) -> None:
    async def enter_filler(inputs: dict, request: Request):
        return Launch(request, "steward_flows:run_elements", inputs=inputs)

    # Kodosumi tells flows apart by their code: those of one function would all run under the last one's summary.
    enter_filler.__code__ = enter_filler.__code__.replace(co_name=f"enter_filler_{number}")
    app.enter(path=f"/filler/{number}", model=forms.Model(), summary=f"Filler {number}")(enter_filler)


for number in range(110):
    add_filler(number)

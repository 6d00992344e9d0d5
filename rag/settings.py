"""Settings; the only reader of the environment."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from rag.errors import SettingsError

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class Settings(BaseSettings):
    """Read from ``DATELINE_*`` variables, then from a ``.env`` file in the working folder."""

    model_config = SettingsConfigDict(
        env_prefix="DATELINE_",
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    data: Path = Field(default=Path("data"), description="The data folder: library and index.")
    chroma_url: str | None = Field(
        default=None, description="A Chroma server to use in place of the one in the data folder."
    )
    embedder: str = Field(
        default="local",
        description="`local` for the shipped MiniLM, or a model behind `/v1/embeddings`.",
    )
    embed_base_url: str | None = Field(
        default=None,
        description="Base URL of the embeddings server, when `embedder` is not `local`.",
    )
    embed_api_key: SecretStr | None = Field(
        default=None,
        description="Its key. Without it and without a base URL, `OPENAI_API_KEY` is used.",
    )
    model: str | None = Field(
        default=None,
        description="The model that writes answers; without one the embedded reader quotes.",
    )
    base_url: str | None = Field(
        default=None,
        description="Base URL of its OpenAI-compatible server; without it, OpenAI's own.",
    )
    api_key: SecretStr | None = Field(
        default=None, description="The key for that server, if it wants one."
    )
    prompt_tokens: int = Field(
        default=3_000, ge=1_000, le=1_000_000, description="Most tokens of a prompt to it."
    )
    deadline: float = Field(
        default=60, gt=0, le=3_600, description="Seconds that one question may take in all."
    )
    openai_api_key: SecretStr | None = Field(
        default=None,
        validation_alias="OPENAI_API_KEY",
        description="The key for OpenAI itself; never sent to a base URL given above.",
    )
    allow_urls: bool = Field(
        default=False,
        description="Whether `dateline serve` fetches a page that is given by its URL.",
    )
    collections: Annotated[dict[str, Path] | None, NoDecode] = Field(
        default=None,
        description="Further libraries that `dateline serve` answers from: `name=folder, ...`.",
    )
    public_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s<>\"]+$",
        description="Where people reach `dateline serve`, for links to articles without a URL.",
    )
    host: str = Field(default="127.0.0.1", description="Address that `dateline serve` listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port that it listens on.")
    allowed_hosts: Annotated[tuple[str, ...] | None, NoDecode] = Field(
        default=None,
        description="Names it answers to besides those of loopback addresses: `a.example, ...`.",
    )
    concurrency: int | None = Field(
        default=None,
        ge=1,
        le=10_000,
        description="Questions it answers at once; without it 2, or 32 when a model answers.",
    )
    rate_limit: int | None = Field(
        default=None, ge=1, le=1_000_000, description="Most requests a minute with one key."
    )
    log: Literal["text", "json"] = Field(
        default="text", description="`json` for a line of JSON on stderr for each request."
    )

    @field_validator("collections", mode="before")
    @classmethod
    def _named(cls, given: object) -> object:
        """Folders by name, from ``name=folder, name=folder``."""
        if not isinstance(given, str):
            return given
        pairs = [each.partition("=") for each in given.split(",") if each.strip()]
        named = {name.strip(): folder.strip() for name, _, folder in pairs}
        if len(named) < len(pairs) or not all(map(_NAME.fullmatch, named)):
            raise ValueError("names of lower-case letters, digits, - and _, each given once")
        if not all(named.values()) or "dateline" in named:
            raise ValueError("each as name=folder, and none named dateline, the main one's name")
        return named

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _listed(cls, given: object) -> object:
        if not isinstance(given, str):
            return given
        return tuple(name.strip() for name in given.split(",") if name.strip())

    @model_validator(mode="before")
    @classmethod
    def _stripped(cls, given: Mapping[str, object]) -> dict[str, object]:
        """White space around a value came along when it was copied; nothing but that is no value.

        A Path or an empty text, as from a command line, is meant as it is.
        """
        return {
            name: value.strip() if isinstance(value, str) else value
            for name, value in given.items()
            if not (isinstance(value, str) and value.isspace())
        }


def load(**given: object) -> Settings:
    """Read the settings; options given on a command line (not None) win.

    Raises SettingsError with one line that names the setting and what is wrong with it.
    """
    chosen = {name: value for name, value in given.items() if value is not None}
    try:
        return Settings(**chosen)  # type: ignore[arg-type]
    except UnicodeDecodeError:
        raise SettingsError(
            "The file .env in this folder is not UTF-8. Nothing was changed; save it as UTF-8."
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(
            f"DATELINE_{name} cannot be {first['input']!r}: {first['msg']}. Nothing was changed; "
            "correct it in the environment or in .env."
        ) from None

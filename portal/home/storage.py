"""Static files under names that hold their content's hash, scripts that import scripts included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):
    """Rewrites the imports in our modules: an import map would be inline, which CSP forbids."""

    support_js_module_import_aggregation = True

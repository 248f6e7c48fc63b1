"""From notebook and parameters to ``outputs/``: execution, HTML, index, commands."""
